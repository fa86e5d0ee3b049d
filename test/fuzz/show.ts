import type { FuzzFigures } from './run.ts';

/** Formats the figures of a run and its first 20 faults. */
export function show({ parts, contract, before, after, faults }: FuzzFigures): string {
  const sum = (of: (part: FuzzFigures['parts'][number]) => number) => Math.round(parts.reduce((n, p) => n + of(p), 0));
  const statuses = new Map<string, number>();
  for (const { requests } of parts)
    for (const [status, times] of Object.entries(requests.statuses))
      statuses.set(status, (statuses.get(status) ?? 0) + times);
  const lines = [
    `frames       ${sum((p) => p.frames.frames)} in ${sum((p) => p.frames.seconds)} s over ${sum((p) => p.frames.connections)} connections; ${sum((p) => p.frames.replies)} frames came back`,
    `messages     ${sum((p) => p.frames.messages)} accepted of them and ${sum((p) => p.frames.bystanderMessages)} of bystanders, compared with PostgreSQL`,
    `transports   ${sum((p) => p.transports.posts)} posts, ${sum((p) => p.transports.polls)} polls, ${sum((p) => p.transports.layim)} messages of LayIM`,
    `requests     ${sum((p) => p.requests.requests)} in ${sum((p) => p.requests.seconds)} s; ${[...statuses].map(([status, times]) => `${status}: ${times}`).join(', ')}`,
    `contract     ${contract ? `${contract.cases} cases by schemathesis, ${contract.answered} findings answered` : 'not checked'}`,
    ...after.map(({ name, memory, handles }, i) => {
      const mib = (bytes = 0) => `${Math.round(bytes / 2 ** 20)} MiB`;
      return `${name.padEnd(12)} ${mib(before[i]?.memory)} -> ${mib(memory)}, ${before[i]?.handles} -> ${handles} handles`;
    }),
    `faults       ${faults.length}`,
    ...faults.slice(0, 20).map((fault) => `  ${fault}`),
  ];
  return `${lines.join('\n')}\n`;
}
