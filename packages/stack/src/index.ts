export { type Caddy, findCaddy, startCaddy } from './balancer/caddy.ts';
export { findHaproxy, type Haproxy, type HaproxyProgram, startHaproxy } from './balancer/haproxy.ts';
export { type Clock, Clocks, findFaketime } from './clock.ts';
export { freePort } from './free-port.ts';
export { onPath } from './on-path.ts';
export { findPostgres } from './postgres/find.ts';
export { type PostgresOptions, type PostgresServer, startPostgres } from './postgres/server.ts';
export { type TemporaryFolder, temporaryFolder } from './process/folder.ts';
export { openSmallDisk, type SmallDisk } from './process/small-disk.ts';
export { findPrometheus, type PrometheusTools } from './prometheus/find.ts';
export {
  type Alert,
  type Prometheus,
  type PrometheusOptions,
  type PrometheusTarget,
  type Sample,
  startPrometheus,
} from './prometheus/start.ts';
export { type RedisCluster, type RedisClusterOptions, startRedisCluster } from './redis/cluster.ts';
export { findRedis } from './redis/find.ts';
export { moveSlots } from './redis/move-slots.ts';
export { type RedisOptions, type RedisServer, startRedis } from './redis/server.ts';
export { root } from './root.ts';
export { type ServiceOptions, type ServiceProcess, startService } from './service.ts';
export { type Stack, type StackOptions, startStack } from './stack.ts';
export { startTestRedis, TestRedis, testsOnCluster } from './test/redis.ts';
export { type WaitOptions, waitFor } from './wait-for.ts';
