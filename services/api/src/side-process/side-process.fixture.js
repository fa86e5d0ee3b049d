import { getPriority } from 'node:os';

// What a side process might be given to do.
const jobs = {
  echo: (value) => value,
  fail: (value) => {
    throw new Error(value);
  },
  loop: () => {
    for (;;);
  },
  // Outside of V8's heap, as a native library does it.
  allocate: (bytes) => Buffer.alloc(bytes, 1).length,
  pid: () => process.pid,
  priority: () => getPriority(),
};

let bytes = 0;

process.on('message', ({ name, value, chunk, end }) => {
  if (name === 'count') bytes = 0;
  if (chunk) bytes += chunk.length;
  if (end) process.send({ result: bytes });
  if (!(name in jobs)) return;
  try {
    process.send({ result: jobs[name](value) });
  } catch (error) {
    process.send({ error: error.message });
  }
});
process.on('disconnect', () => process.exit());
process.send({ ready: true });
