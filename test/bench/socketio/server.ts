import { createAdapter } from '@socket.io/redis-streams-adapter';
import { Redis } from 'ioredis';
import jwt from 'jsonwebtoken';
import pg from 'pg';
import { Server } from 'socket.io';
import { insertMessage } from './schema.ts';

/**
 * What one would write instead of Parley: a Socket.IO server that keeps every message twice in PostgreSQL, tells both users
 * through Redis on whichever server they are, and acknowledges. As its documentation advises for production.
 */
const { PORT, REDIS_URL, DATABASE_URL, TOKEN_SECRET } = process.env as Record<string, string>;

const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 });
const redis = new Redis(REDIS_URL as string, { enableAutoPipelining: true });
const io = new Server<ClientEvents, ServerEvents, Record<string, never>, { user: number }>({
  transports: ['websocket'],
  serveClient: false,
  perMessageDeflate: false,
  // All is JSON, and a burst must not push entries out of the stream before the other server has read them.
  adapter: createAdapter(redis, { onlyPlaintext: true, maxLen: 100_000 }),
});

io.use((socket, next) => {
  try {
    const { sub } = jwt.verify(socket.handshake.auth.token, TOKEN_SECRET as string, { algorithms: ['HS256'] });
    socket.data.user = Number(sub);
    next();
  } catch {
    next(new Error('unauthenticated'));
  }
});

io.on('connection', (socket) => {
  const { user } = socket.data;
  socket.join(room(user));
  socket.on('send', async (message, ack) => {
    if (typeof ack !== 'function') return;
    if (!isMessage(message)) return ack({ error: 'bad-request' });
    const { to, text } = message;
    try {
      const { rows } = await pool.query({ name: 'insert-message', text: insertMessage, values: [user, to, text] });
      const { id, date } = rows[0] as { id: string; date: Date };
      const saved = { id: Number(id), from: user, to, date: date.getTime(), text };
      io.to([room(user), room(to)]).emit('message', saved);
      ack({ id: saved.id, date: saved.date });
    } catch {
      ack({ error: 'unavailable' });
    }
  });
});

io.listen(Number(PORT));
// The request that opened a connection would stay in memory.
io.engine.on('connection', (connection) => {
  connection.request = null;
});
io.httpServer.once('listening', () => process.send?.('listening'));
process.once('disconnect', () => process.exit());

function room(user: number): string {
  return `user:${user}`;
}

function isMessage(value: unknown): value is Message {
  if (typeof value !== 'object' || value === null) return false;
  const { to, text } = value as Partial<Message>;
  return Number.isSafeInteger(to) && typeof text === 'string' && text.length > 0 && text.length <= 8000;
}

interface Message {
  to: number;
  text: string;
}

interface ClientEvents {
  send(message: unknown, ack: unknown): void;
}

interface ServerEvents {
  message(message: Message & { id: number; from: number; date: number }): void;
}
