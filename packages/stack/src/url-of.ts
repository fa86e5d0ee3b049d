/** Returns the URL of an HTTP server. An IPv6 address gets brackets. */
export function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The loopback address of each address that means all addresses of the machine. */
export const loopbackOf: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
