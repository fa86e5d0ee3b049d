// A worker whose runner was killed would go on for as long as its tests hold it, and its servers with it.
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
