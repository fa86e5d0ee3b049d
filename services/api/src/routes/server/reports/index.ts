import { listServerReports } from './list.ts';
import { updateServerReport } from './update.ts';

export const serverReports = [listServerReports, updateServerReport];
