/**
 * Calls `stop` after the first signal, then exits. After a second signal, exits at once; the
 * watchdog then cleans up.
 */
export function onStopSignal(stop: () => Promise<void>): void {
  let first = 0;
  const onSignal = async () => {
    // Ignores a second signal within 1 s, because one Ctrl-C can arrive twice: from the terminal
    // and through npm.
    if (first && performance.now() - first < 1000) return;
    if (first) process.exit(1);
    first = performance.now();
    await stop();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  // Also stops when the parent process ends, because npm or its shell can end without passing a
  // signal on.
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event) setInterval(() => process.ppid !== parent && onSignal(), 500).unref();
}
