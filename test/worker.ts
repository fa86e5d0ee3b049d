// Ends the worker if its runner was killed. Otherwise its tests and servers would keep it running.
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
