import { use } from './use.ts';

export const emailConfirmations = [use];
