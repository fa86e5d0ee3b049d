/**
 * Parses the URL of a Redis server or of a cluster node. Parses only the first of several URLs
 * separated by commas. Throws if the URL has a part that Parley ignores, such as options. The error
 * never contains the password.
 */
export function readAddress(urls: string): Address {
  const clustered = urls.includes(',');
  const url = new URL((urls.split(',')[0] as string).trim());
  const database = url.pathname.slice(1);
  if (!/^\d{0,5}$/.test(database)) throw new Error(`A Redis database is a number, not ${database}`);
  if (clustered && Number(database) > 0) throw new Error('A Redis Cluster has no databases besides 0');
  if (url.search) throw new Error(`An address of Redis has no options, but this one says ${url.search}`);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 6379),
    tls: url.protocol === 'rediss:',
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: Number(database),
  };
}

export interface Address {
  /** Host name, or an IP address without brackets. */
  host: string;
  port: number;
  /** True if the URL begins with `rediss://`. */
  tls: boolean;
  /** User name. Empty for the default user. */
  username: string;
  /** Password. Empty if the URL has none. */
  password: string;
  database: number;
}
