import type { AppContext } from '../app-context.ts';

/** The parts of the api that are needed to send a message in the name of a user. */
export type SendDeps = Pick<AppContext, 'config' | 'db' | 'redis' | 'hooks' | 'traces'>;
