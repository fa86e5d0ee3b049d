export { type Config, readConfig } from './config.ts';
export type { Connection } from './connection/connection.ts';
export { type Gateway, startGateway } from './start-gateway.ts';
