import { account } from './account.ts';
import { changePassword } from './change-password.ts';
import { putEmail, removeEmail } from './email.ts';
import { erase } from './erase.ts';
import { exportAll } from './export.ts';
import { get } from './get.ts';
import { confirmSecret, createSecret, removeSecret } from './totp.ts';
import { update } from './update.ts';

export const me = [
  get,
  update,
  exportAll,
  erase,
  account,
  changePassword,
  putEmail,
  removeEmail,
  createSecret,
  confirmSecret,
  removeSecret,
];
