let playing: HTMLMediaElement | undefined;

/** One recording is heard at a time: the one before pauses. */
export function playAlone(element: HTMLMediaElement): void {
  if (playing !== element) playing?.pause();
  playing = element;
}
