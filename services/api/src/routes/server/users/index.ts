import { putBlock, removeBlock } from './blocks.ts';
import { listUserChats } from './chats.ts';
import { disconnectUser, listUserConnections } from './connections.ts';
import { deactivateUser } from './deactivate.ts';
import { exportUser } from './export.ts';
import { putFriend, removeFriend } from './friends.ts';
import { getUser } from './get.ts';
import { getUserInbox } from './inbox.ts';
import { listUsers } from './list.ts';
import { editMessage, getUserMessage, removeMessage } from './message.ts';
import { listUserMessages } from './messages.ts';
import { getUserPrivacy, updateUserPrivacy } from './privacy.ts';
import { listUserPushDevices } from './push-devices.ts';
import { putUser } from './put.ts';
import { reactivateUser } from './reactivate.ts';
import { removeTotp, resetPassword } from './reset-password.ts';
import { getChatRetention, putChatRetention } from './retention.ts';
import { endUserSession, listUserSessions } from './sessions.ts';

export const serverUsers = [
  listUsers,
  putUser,
  getUser,
  getUserPrivacy,
  updateUserPrivacy,
  listUserConnections,
  disconnectUser,
  getUserInbox,
  exportUser,
  listUserSessions,
  endUserSession,
  listUserPushDevices,
  listUserChats,
  listUserMessages,
  getChatRetention,
  putChatRetention,
  getUserMessage,
  editMessage,
  removeMessage,
  deactivateUser,
  reactivateUser,
  resetPassword,
  removeTotp,
  putFriend,
  removeFriend,
  putBlock,
  removeBlock,
];
