// HTTP server for hooks that refuses messages with advertising and replaces a word: `node
// hook-server.mjs PORT whsec_...`.
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { handleHook, WebhookError } from '@parley/server';

const [, , port, ...secrets] = process.argv;

const server = createServer(async (request, response) => {
  try {
    const reply = await handleHook(request.headers, await buffer(request), secrets, {
      'message.send': ({ body }) => {
        if (body.type !== 'text') return { allow: true };
        if (body.text.includes('casino')) return { allow: false, message: 'No advertising.' };
        return { allow: true, body: { ...body, text: body.text.replaceAll('darn', '****') } };
      },
    });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
  } catch (error) {
    response.writeHead(error instanceof WebhookError ? 401 : 500).end();
  }
});
server.listen(Number(port), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
