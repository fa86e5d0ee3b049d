import { putBlock, removeBlock } from './blocks.ts';
import { deactivateUser } from './deactivate.ts';
import { putFriend, removeFriend } from './friends.ts';
import { getUser } from './get.ts';
import { putUser } from './put.ts';
import { removeTotp, resetPassword } from './reset-password.ts';

export const serverUsers = [
  putUser,
  getUser,
  deactivateUser,
  resetPassword,
  removeTotp,
  putFriend,
  removeFriend,
  putBlock,
  removeBlock,
];
