export { type ApiConfig, readConfig } from './config.ts';
export { type Api, startApi } from './start-api.ts';
