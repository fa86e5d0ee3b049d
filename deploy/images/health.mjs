// What Docker asks every few seconds: does the process answer?
const { ok } = await fetch(`http://127.0.0.1:${process.env.PORT}/healthz`, { signal: AbortSignal.timeout(2500) });
process.exit(ok ? 0 : 1);
