import { find } from './find.ts';

export const search = [find];
