import { startParley } from './parley.ts';
import { startSocketio } from './socketio.ts';
import type { System, SystemName } from './system.ts';

/** What can be measured, with how it is started and what people call it. */
export const systems: Record<SystemName, { title: string; start: () => Promise<System> }> = {
  parley: { title: 'Parley', start: startParley },
  socketio: { title: 'Socket.IO', start: startSocketio },
};
