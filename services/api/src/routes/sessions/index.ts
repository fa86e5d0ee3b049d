import { end } from './end.ts';
import { list } from './list.ts';
import { refresh } from './refresh.ts';
import { signIn } from './sign-in.ts';
import { signOut } from './sign-out.ts';

// `signOut` (path `current`) comes before `end` (path `{id}`), because `{id}` would match `current`
// too.
export const sessions = [signIn, refresh, list, signOut, end];
