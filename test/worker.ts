/** The worker's global state. Every test file in the same worker runs this module again. */
const worker = globalThis as { endsWithRunner?: boolean };

// Ends this worker if the test runner was killed. Otherwise running tests and servers would keep
// the worker alive.
if (!worker.endsWithRunner) process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
worker.endsWithRunner = true;

export {};
