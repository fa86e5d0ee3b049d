/**
 * Normalises a name for comparison: removes case, accents and differences between Unicode forms.
 */
export function fold(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .replace(/ı/g, 'i')
    .replace(/đ/g, 'd')
    .trim();
}
