/** Returns a random id of 96 bits. Works in pages without HTTPS, unlike `crypto.randomUUID`. */
export function createRef(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(36)).join('-');
}
