export { type RecorderConfig, readConfig } from './config.ts';
export { startRecorder } from './start-recorder.ts';
