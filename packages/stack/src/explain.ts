/** Returns the reason why the stack cannot start, in one or two lines for the user. */
export function explain(error: unknown, data: string): string {
  if (KNOWN.has((error as Error)?.name)) return firstLine(error);
  const text = textOf(error);
  if (/ENOSPC|No space left/i.test(text)) return `No space left on the disk that holds ${data}.`;
  if (/EACCES|EROFS|EPERM/.test(text)) return `Cannot write to ${data}: ${firstLine(error)}`;
  const cannotStart = /^\w+ cannot start: (.*)$/m.exec(text);
  if (cannotStart) return `The ${cannotStart[0]}\nSee ${data}/logs.`;
  return `Parley cannot start: ${firstLine(error)}\nSee ${data}/logs.`;
}

/** Classes of errors whose message is written for the user. */
const KNOWN = new Set([
  ...['BadOption', 'DataInUse', 'NoDataFolder', 'NoRedis', 'CannotListen', 'NoExternalServer'],
  ...['NotRunning', 'DataExists'],
]);

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return `${code} ${error.message}\n${error.cause ? textOf(error.cause) : ''}`;
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
