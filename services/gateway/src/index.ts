export { type Config, readConfig } from './config.ts';
export { type Gateway, startGateway } from './gateway.ts';
export { type Server, startServer } from './socket/server.ts';
