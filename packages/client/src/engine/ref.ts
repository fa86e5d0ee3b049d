/** Returns a random id of 96 bits. Unlike `crypto.randomUUID`, it works in pages without HTTPS. */
export function createRef(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(36)).join('-');
}
