import type { AppContext } from '../app-context.ts';

/** The parts of the api that sending a message in the name of a user needs. */
export type SendDeps = Pick<AppContext, 'config' | 'db' | 'redis' | 'hooks' | 'traces'>;
