import type { AppContext } from '../app-context.ts';

/** What sending a message in the name of a user needs. */
export type SendDeps = Pick<AppContext, 'config' | 'db' | 'redis' | 'hooks' | 'traces'>;
