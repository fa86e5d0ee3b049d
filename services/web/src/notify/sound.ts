/** Frequencies in Hz of the two tones that announce a message. */
const TONES = [660, 880];

/** Length of each tone in seconds. */
const TONE_S = 0.09;

let context: AudioContext | undefined;

/**
 * Plays the sound for a new message. No-op until the user has clicked or pressed a key, because
 * browsers block sound before that.
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
