import { accept } from './accept.ts';
import { create } from './create.ts';
import { decline } from './decline.ts';
import { list } from './list.ts';

export const friendRequests = [create, list, accept, decline];
