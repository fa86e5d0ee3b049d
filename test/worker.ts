/** Files that share a worker run this module again. */
const worker = globalThis as { endsWithRunner?: boolean };

// Ends the worker if its runner was killed. Otherwise its tests and servers would keep it running.
if (!worker.endsWithRunner) process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
worker.endsWithRunner = true;

export {};
