import { create } from './create.ts';

export const reports = [create];
