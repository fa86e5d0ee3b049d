/** Frequencies in Hz of the two tones. */
const TONES = [660, 880];

/** Seconds of one tone. */
const TONE_S = 0.09;

let context: AudioContext | undefined;

/**
 * Plays the sound of a new message. No-op while the browser blocks sound, which it does until the
 * user clicks or presses a key.
 */
export function playSound(): void {
  context ??= new AudioContext();
  if (context.state === 'suspended') void context.resume().catch(() => {});
  const volume = context.createGain();
  volume.gain.value = 0.08;
  volume.connect(context.destination);
  for (const [index, frequency] of TONES.entries()) {
    const tone = context.createOscillator();
    const start = context.currentTime + index * TONE_S;
    tone.frequency.value = frequency;
    tone.connect(volume);
    tone.start(start);
    tone.stop(start + TONE_S);
  }
}
