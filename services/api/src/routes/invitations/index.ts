import { avatar } from './avatar.ts';
import { get } from './get.ts';
import { join } from './join.ts';

export const invitations = [get, avatar, join];
