import { Parley } from '@parley/client';
import { describe, expect, it } from 'vitest';
import { countListeners } from './kit.ts';
import { react } from './react.ts';
import { vue } from './vue.ts';

describe.each([
  ['Vue', vue],
  ['React', react],
])('a page that a server renders with %s', (_, framework) => {
  it.each([
    ['useMessages', 5, { messages: [], loading: false }],
    ['useChats', undefined, { chats: [], loaded: false }],
    ['useComposer', 5, { text: '' }],
    ['useConnection', undefined, { state: 'off' }],
    ['usePresence', [5], {}],
    ['useTyping', 5, []],
    ['useUploads', 5, { uploads: [] }],
  ] as const)('%s is empty on a server and adds no listener to the client', async (name, argument, expected) => {
    const parley = new Parley({ api: 'http://127.0.0.1:1' });
    const listeners = countListeners(parley);
    const html = await framework.renderOnServer(parley, name, argument);
    expect(JSON.parse(html.replaceAll('&quot;', '"'))).toMatchObject(expected);
    expect(listeners()).toBe(0);
  });
});
