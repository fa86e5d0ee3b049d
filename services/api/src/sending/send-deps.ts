import type { AppContext } from '../app-context.ts';

/** Dependencies of sending a message in the name of a user. */
export type SendDeps = Pick<AppContext, 'config' | 'db' | 'redis' | 'hooks' | 'traces'>;
