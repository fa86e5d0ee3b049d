import { defineStrings } from '../core/i18n.ts';

export const strings = defineStrings(
  {
    asks: (name: string) => `${name} wants to be friends`,
    accepted: (name: string) => `${name} is your friend now`,
    title: (count: string) => `(${count}) Parley`,
  },
  {
    asks: (name: string) => `${name} 想加你为好友`,
    accepted: (name: string) => `${name} 已成为你的好友`,
    title: (count: string) => `(${count}) Parley`,
  },
);
