import { get } from './get.ts';
import { listDevices } from './list-devices.ts';
import { postDevice } from './post-device.ts';
import { put } from './put.ts';
import { remove } from './remove.ts';
import { removeDevice } from './remove-device.ts';

export const push = [get, put, remove, listDevices, postDevice, removeDevice];
