// Replies to every message with the same text, and accepts every friend request.
// Usage: node echo-bot.mjs http://127.0.0.1:8080 echo <password>
import { Parley } from '@parley/client';

const [api = '', username = '', password = ''] = process.argv.slice(2);
const bot = new Parley({ api, keep: 0 });
await bot.signIn({ username, password }).catch(() => bot.register({ username, password }));

bot.on('message', ({ mine, chat, body }) => mine || !body || bot.send(chat, body));
bot.on('event', (event) => {
  // Accepts a friend request by sending one to the same user.
  if (event.kind === 'friend' && event.change === 'requested') bot.api('POST /friend-requests', { to: event.user });
});

await bot.connect();
console.log(`${username} is user ${bot.user} and replies to messages`);
