let playing: HTMLMediaElement | undefined;

/** Pauses the sound that is playing, so that only one plays at a time. */
export function playAlone(element: HTMLMediaElement): void {
  if (playing !== element) playing?.pause();
  playing = element;
}
