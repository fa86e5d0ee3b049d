export { checkSchema, SchemaTooOld } from './check-schema.ts';
export { migrate } from './migrate.ts';
export { type Database, type DatabaseOptions, openDatabase, openPool } from './open-database.ts';
export { activeReactions, type Reactions } from './reactions.ts';
export type { Tables } from './tables/index.ts';
