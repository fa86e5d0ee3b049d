/** A word that no one says twice: 96 random bits. Needs no secure page, as `randomUUID` does. */
export function createRef(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(36)).join('-');
}
