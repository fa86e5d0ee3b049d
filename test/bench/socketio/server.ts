import { createAdapter } from '@socket.io/redis-streams-adapter';
import { Redis } from 'ioredis';
import jwt from 'jsonwebtoken';
import pg from 'pg';
import { Server } from 'socket.io';
import { insertGroupMessage, insertMessage } from './schema.ts';

/**
 * The system that Parley is compared with: a Socket.IO server that follows the recommendations of
 * Socket.IO's documentation for production. It writes each message to PostgreSQL, once for each of
 * the two users, emits it through Redis to both users on any server, and acknowledges it. It writes
 * a message to a group once and emits it to the group's room.
 */
const { PORT, REDIS_URL, DATABASE_URL, TOKEN_SECRET } = process.env as Record<string, string>;

const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 });
const redis = new Redis(REDIS_URL as string, { enableAutoPipelining: true });
const io = new Server<ClientEvents, ServerEvents, Record<string, never>, { user: number }>({
  transports: ['websocket'],
  serveClient: false,
  perMessageDeflate: false,
  // `onlyPlaintext`: all packets are JSON. `maxLen`: the Redis stream is long enough that a burst
  // does not trim entries before the other server has read them.
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

io.use(async (socket, next) => {
  const { rows } = await pool.query({ name: 'groups', text: groupsOf, values: [socket.data.user] });
  await socket.join([room(socket.data.user), ...rows.map(({ id }) => room(Number(id)))]);
  next();
});

io.on('connection', (socket) => {
  const { user } = socket.data;
  socket.on('send', async (message, ack) => {
    if (typeof ack !== 'function') return;
    if (!isMessage(message)) return ack({ error: 'bad-request' });
    const { to, text } = message;
    try {
      const insert = to < 0 ? insertion.group : insertion.user;
      const { rows } = await pool.query({ ...insert, values: [user, to, text] });
      const { id, date } = rows[0] as { id: string; date: Date };
      const saved = { id: Number(id), from: user, to, date: date.getTime(), text };
      io.to(to < 0 ? room(to) : [room(user), room(to)]).emit('message', saved);
      ack({ id: saved.id, date: saved.date });
    } catch {
      ack({ error: 'unavailable' });
    }
  });
});

io.listen(Number(PORT));
// Releases the HTTP request that opened the connection, which Socket.IO would otherwise keep in
// memory.
io.engine.on('connection', (connection) => {
  connection.request = null;
});
io.httpServer.once('listening', () => process.send?.('listening'));
process.once('disconnect', () => process.exit());

const insertion = {
  user: { name: 'insert-message', text: insertMessage },
  group: { name: 'insert-group-message', text: insertGroupMessage },
};

const groupsOf = 'select group_id as id from members where user_id = $1';

/** Returns the name of the Socket.IO room of a user or group. Groups have negative ids. */
function room(id: number): string {
  return `room:${id}`;
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
