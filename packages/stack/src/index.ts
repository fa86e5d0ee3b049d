export { freePort } from './free-port.ts';
export { type PostgresOptions, type PostgresServer, startPostgres } from './postgres/server.ts';
export { type RedisCluster, type RedisClusterOptions, startRedisCluster } from './redis/cluster.ts';
export { moveSlots } from './redis/move-slots.ts';
export { type RedisOptions, type RedisServer, startRedis } from './redis/server.ts';
export type { ServiceProcess } from './service.ts';
export { type Stack, type StackOptions, startStack } from './stack.ts';
export { startTestRedis, TestRedis, testsOnCluster } from './test/redis.ts';
export { type WaitOptions, waitFor } from './wait-for.ts';
