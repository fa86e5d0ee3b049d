export const entries: Record<'index', string>;
export const sourceAliases: Record<string, string>;
