import { defineStrings } from '../core/i18n.ts';

/** Texts about the groups that a search found. */
export const foundGroupStrings = defineStrings(
  {
    groups: 'Groups',
    members: (count: number) => (count === 1 ? '1 member' : `${count} members`),
    join: 'Join',
    joinOf: (name: string) => `Join ${name}`,
    ask: 'Request to join',
    askOf: (name: string) => `Request to join ${name}`,
    requested: 'Request sent',
    withdraw: 'Withdraw',
    withdrawOf: (name: string) => `Withdraw the request to join ${name}`,
    open: 'Open',
    openOf: (name: string) => `Open ${name}`,
    banned: 'You cannot join this group.',
    full: 'This group is full.',
    later: 'You cannot request this now. Try again later.',
  },
  {
    groups: '群聊',
    members: (count: number) => `${count} 位成员`,
    join: '加入',
    joinOf: (name: string) => `加入 ${name}`,
    ask: '申请加入',
    askOf: (name: string) => `申请加入 ${name}`,
    requested: '已申请',
    withdraw: '撤回申请',
    withdrawOf: (name: string) => `撤回加入 ${name} 的申请`,
    open: '打开',
    openOf: (name: string) => `打开 ${name}`,
    banned: '你无法加入此群。',
    full: '此群人数已满。',
    later: '暂时无法申请，请稍后再试。',
  },
);
