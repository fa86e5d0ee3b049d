import { defineStrings } from '../core/i18n.ts';

export const strings = defineStrings(
  {
    requested: (name: string) => `${name} wants to be your friend`,
    accepted: (name: string) => `${name} is now your friend`,
    joins: 'requests to join the group',
  },
  {
    requested: (name: string) => `${name} 想加你为好友`,
    accepted: (name: string) => `${name} 已成为你的好友`,
    joins: '申请加入群聊',
  },
);
