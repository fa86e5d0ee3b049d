import { startParley } from './parley.ts';
import { startSocketio } from './socketio.ts';
import type { System, SystemName } from './system.ts';

/** The systems that can be measured: how each one is started, and its display name. */
export const systems: Record<SystemName, { title: string; start: () => Promise<System> }> = {
  parley: { title: 'Parley', start: startParley },
  socketio: { title: 'Socket.IO', start: startSocketio },
};
