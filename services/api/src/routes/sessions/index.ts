import { end } from './end.ts';
import { list } from './list.ts';
import { refresh } from './refresh.ts';
import { signIn } from './sign-in.ts';
import { signOut } from './sign-out.ts';

// `current` comes before `{id}`, because `{id}` would match it.
export const sessions = [signIn, refresh, list, signOut, end];
