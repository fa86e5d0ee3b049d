import { cancelServerJob } from './cancel.ts';
import { getServerJob } from './get.ts';
import { listServerJobs } from './list.ts';

export const serverJobs = [listServerJobs, getServerJob, cancelServerJob];
