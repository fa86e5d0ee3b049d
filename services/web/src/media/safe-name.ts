/**
 * Removes characters that change the direction of text from a file name. With such a character,
 * `photo\u202egpj.exe` would look like a picture.
 */
export function safeName(name: string): string {
  return name.replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '').replace(/\p{Cc}/gu, ' ');
}
