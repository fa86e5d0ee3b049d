/**
 * Thrown if a command has no reply, or not the replicas that it needs: Redis is not reachable, the
 * connection broke, or too few replicas confirmed. Redis may have executed the command.
 */
export class RedisUnavailableError extends Error {
  override name = 'RedisUnavailableError';
}
