import { once } from 'node:events';
import { waitFor } from '@parley/stack';
import { WebSocket } from 'ws';

/** Makes a Node.js process collect garbage twice, because the first time only queues finalizers. */
export function collectGarbage(pid: number): Promise<void> {
  return inspect(pid, async (ask) => {
    await ask('HeapProfiler.enable');
    await ask('HeapProfiler.collectGarbage');
    await ask('HeapProfiler.collectGarbage');
    await ask('HeapProfiler.disable');
  });
}

/**
 * Runs `action` and records the CPU profile of a Node.js process during it. The profile is JSON
 * that browsers and editors can open.
 */
export async function profile<T>(pid: number, action: () => Promise<T>): Promise<{ result: T; profile: string }> {
  return inspect(pid, async (ask) => {
    await ask('Profiler.enable');
    await ask('Profiler.start');
    const result = await action();
    const answer = (await ask('Profiler.stop')) as { profile: unknown };
    return { result, profile: JSON.stringify(answer.profile) };
  });
}

/**
 * Opens the inspector of a Node.js process, sends it commands and closes it again, because all
 * processes use the same port. The process needs no special flags.
 */
async function inspect<T>(pid: number, action: (ask: Ask) => Promise<T>): Promise<T> {
  process.kill(pid, 'SIGUSR1');
  const address = await waitFor(() => debuggerAddress(), { message: 'the debugger did not open' });
  const socket = new WebSocket(address, { perMessageDeflate: false });
  await once(socket, 'open');
  const waiting = new Map<number, (answer: Answer) => void>();
  socket.on('message', (data) => {
    const answer = JSON.parse(String(data)) as Answer;
    waiting.get(answer.id)?.(answer);
  });
  let count = 0;
  const ask: Ask = async (method, params = {}) => {
    count += 1;
    const answer = new Promise<Answer>((resolve) => waiting.set(count, resolve));
    socket.send(JSON.stringify({ id: count, method, params }));
    const { result, error } = await answer;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  };
  try {
    const { result } = (await ask('Runtime.evaluate', { expression: 'process.pid' })) as { result: { value: number } };
    if (result.value !== pid) throw new Error(`Port ${PORT} leads to the debugger of process ${result.value}`);
    return await action(ask);
  } finally {
    const closed = once(socket, 'close');
    socket.send(JSON.stringify({ id: 0, method: 'Runtime.evaluate', params: { expression: CLOSE } }));
    socket.close();
    await closed;
    await waitFor(async () => !(await debuggerAddress().catch(() => undefined)), {
      message: 'the debugger stays open',
    });
  }
}

const PORT = 9229;
const CLOSE = `setTimeout(() => process.getBuiltinModule('inspector').close(), 10)`;

async function debuggerAddress(): Promise<string | undefined> {
  const response = await fetch(`http://127.0.0.1:${PORT}/json/list`, { signal: AbortSignal.timeout(1000) });
  const [target] = (await response.json()) as { webSocketDebuggerUrl: string }[];
  return target?.webSocketDebuggerUrl;
}

type Ask = (method: string, params?: object) => Promise<unknown>;

interface Answer {
  id: number;
  result: unknown;
  error?: { message: string };
}
