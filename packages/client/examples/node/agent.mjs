// Replies to every message with a text that grows, as an AI agent does, and accepts every friend
// request. Readers see a button that stops the answer. `model` is a fixed script: replace it by a
// call of a real model. Usage: node agent.mjs http://127.0.0.1:8080 agent <password>
import { setTimeout as sleep } from 'node:timers/promises';
import { Parley } from '@parley/client';

/** Yields the reply in small pieces of text. */
async function* model(question) {
  const answer = `You wrote **${question}**. This answer has three steps:\n\n- read\n- think\n- write\n\nThat is all.`;
  for (const part of answer.split(/(?<=\s)/)) {
    await sleep(40);
    yield part;
  }
}

const [api = '', username = '', password = ''] = process.argv.slice(2);
const agent = new Parley({ api, keep: 0 });
await agent.signIn({ username, password }).catch(() => agent.register({ username, password }));

agent.on('message', ({ mine, streaming, chat, id, body }) => {
  if (!mine && !streaming && body?.type === 'text') answer(chat, id, body.text).catch(console.error);
});
const stopped = new Set();
agent.on('event', (event) => {
  if (event.kind === 'action' && event.action === 'stop') stopped.add(event.id);
  // Accepts a friend request by sending one to the same user.
  if (event.kind === 'friend' && event.change === 'requested') agent.api('POST /friend-requests', { to: event.user });
});

async function answer(chat, replyTo, question) {
  agent.typing(chat, true, 'thinking');
  await sleep(500);
  const custom = { actions: [{ action: 'stop', label: 'Stop' }] };
  const message = await agent.stream(chat, { replyTo, custom });
  for await (const part of model(question)) {
    if (stopped.delete(message.id)) break;
    message.write(part);
  }
  await message.end();
}

await agent.connect();
console.log(`${username} is user ${agent.user} and answers messages`);
