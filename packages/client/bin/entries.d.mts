export const entries: Record<'index' | 'file-store' | 'upload' | 'views', string>;
export const sourceAliases: Record<string, string>;
