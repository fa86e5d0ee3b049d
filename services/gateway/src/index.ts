export { type Config, readConfig } from './config.ts';
export { type Server, startServer } from './socket/server.ts';
export { type Gateway, startGateway } from './start-gateway.ts';
