// Answers everyone with what they said: `node packages/client/examples/echo-bot.ts
// http://127.0.0.1:8080 echo <password>`. Whoever asks to be a friend is one: asking someone who
// had asked accepts.
import { Parley } from '@parley/client';

const [api = '', username = '', password = ''] = process.argv.slice(2);
const bot = new Parley({ api, keep: 0 });
await bot.signIn({ username, password }).catch(() => bot.register({ username, password }));
bot.on('message', ({ mine, chat, body }) => mine || !body || bot.send(chat, body));
bot.on('event', (event) => {
  if (event.kind === 'friend' && event.change === 'requested') bot.api('POST /friend-requests', { to: event.user });
});
await bot.connect();
console.log(`${username} is user ${bot.user} and echoes`);
