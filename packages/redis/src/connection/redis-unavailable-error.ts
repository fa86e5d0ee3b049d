/**
 * Thrown if Redis is not reachable, if the connection is lost before the reply, or if too few
 * replicas confirm a write. Redis might have executed the command.
 */
export class RedisUnavailableError extends Error {
  override name = 'RedisUnavailableError';
}
