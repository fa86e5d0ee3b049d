export const entries: Record<'index' | 'file-store' | 'upload', string>;
export const sourceAliases: Record<string, string>;
