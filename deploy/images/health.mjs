// The health check that Docker runs every few seconds. Exits with 0 if `/healthz` returns 200.
const { ok } = await fetch(`http://127.0.0.1:${process.env.PORT}/healthz`, { signal: AbortSignal.timeout(2500) });
process.exit(ok ? 0 : 1);
