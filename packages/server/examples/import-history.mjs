// Imports the history of another chat system. Reads a file with one message per line as JSON, and
// imports the messages with their dates and senders. A second run creates no duplicates.
//
//   PARLEY_URL=http://127.0.0.1:8080 PARLEY_API_KEY=... node import-history.mjs export.jsonl
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { ParleyServer } from '@parley/server';

const { PARLEY_URL = 'http://127.0.0.1:8080', PARLEY_API_KEY = '' } = process.env;
const parley = new ParleyServer({ url: PARLEY_URL, apiKey: PARLEY_API_KEY });

// 1. Create the users of the other system, with their ids there as external ids.
for (const [user, name] of [
  ['ann', 'Ann'],
  ['ben', 'Ben'],
])
  await parley.call('PUT /server/users/{user}', { user, name });

// 2. Their messages.
const { lines, imported, duplicates, errors } = await parley.importHistory(messages(process.argv[2] ?? 'export.jsonl'));
console.log(`${lines} lines: ${imported} imported, ${duplicates} there already`);
for (const { line, message } of errors) console.error(`line ${line}: ${message}`);

async function* messages(file) {
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const { id, author, room, sentAt, text } = JSON.parse(line);
    yield { type: 'message', id, from: author, to: room, date: Date.parse(sentAt), body: { type: 'text', text } };
  }
  // 3. Import up to which date each user has read.
  yield { type: 'read', user: 'ann', chat: 'ben', date: Date.now() };
}
