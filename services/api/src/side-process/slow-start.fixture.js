// The fixture of a side process that needs two seconds to load.
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000);
await import('./side-process.fixture.js');
