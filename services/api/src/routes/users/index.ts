import { find } from './find.ts';
import { get } from './get.ts';
import { register } from './register.ts';

export const users = [register, find, get];
