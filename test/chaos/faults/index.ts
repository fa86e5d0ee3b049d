import type { Fault } from './fault.ts';
import { drain, freeze, killApi, killGateway, killRecorder } from './processes.ts';

/** All that can go wrong. */
export const faults: Fault[] = [killGateway, killRecorder, killApi, drain, freeze];
