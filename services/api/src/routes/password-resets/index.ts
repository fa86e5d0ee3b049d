import { create } from './create.ts';
import { use } from './use.ts';

export const passwordResets = [create, use];
