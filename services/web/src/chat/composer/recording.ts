/** Formats in which browsers record sound, the preferred one first. */
const TYPES = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'];

/**
 * Starts recording from the microphone.
 *
 * @param onProgress called ten times a second with the length in seconds, and the loudness from 0
 * to 1
 * @throws DOMException if there is no microphone or the user denies access to it
 */
export async function startRecording(onProgress: (seconds: number, loudness: number) => void): Promise<Recording> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
  const recorder = new MediaRecorder(stream, { ...(mimeType && { mimeType }), audioBitsPerSecond: 32_000 });
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(analyser);
  const wave = new Uint8Array(analyser.fftSize);
  const parts: Blob[] = [];
  const began = performance.now();
  recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
  recorder.start(1000);
  const timer = setInterval(() => {
    analyser.getByteTimeDomainData(wave);
    const loudest = wave.reduce((most, value) => Math.max(most, Math.abs(value - 128)), 0);
    onProgress((performance.now() - began) / 1000, loudest / 128);
  }, 100);
  const stop = async () => {
    clearInterval(timer);
    if (recorder.state !== 'inactive') {
      const ended = new Promise((resolve) => recorder.addEventListener('stop', resolve, { once: true }));
      recorder.stop();
      await ended;
    }
    for (const track of stream.getTracks()) track.stop();
    await context.close().catch(() => {});
  };
  return {
    async stop() {
      await stop();
      const type = (recorder.mimeType || 'audio/webm').split(';')[0] ?? '';
      return new File(parts, `voice.${type.split('/')[1] ?? 'webm'}`, { type });
    },
    discard: () => void stop(),
  };
}

/** A recording in progress. */
export interface Recording {
  /** Ends the recording and returns it as a file. */
  stop(): Promise<File>;
  discard(): void;
}
