import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { apiKey } from '../system/system.ts';
import { readReport } from './read-report.ts';

/**
 * Runs schemathesis against every operation of the OpenAPI document: as a signed-in user, as the
 * product, and against a gateway. Requests that the document allows must be accepted, others
 * rejected, and each response must be described.
 *
 * @returns the findings. Undefined if schemathesis is not installed (`pip install schemathesis`)
 */
export async function fuzzContract({
  api,
  gateway,
  token,
  seed,
  examples,
}: Contract): Promise<ContractFigures | undefined> {
  if (!isInstalled()) return undefined;
  const total: ContractFigures = { cases: 0, answered: 0, faults: [] };
  for (const { url, bearer, select } of [
    { url: api, bearer: token, select: asUser },
    { url: api, bearer: apiKey, select: ['--include-tag', 'Server'] },
    // An event stream does not end, so it is left out.
    {
      url: gateway,
      bearer: token,
      select: ['--include-operation-id', 'pollEvents', '--include-operation-id', 'postFrame'],
    },
  ]) {
    const folder = await mkdtemp(join(tmpdir(), 'parley-schemathesis-'));
    await writeFile(join(folder, 'schemathesis.toml'), settings);
    const args = ['run', `${api}/openapi.json`, '--url', url, '-H', `Authorization: Bearer ${bearer}`, ...select];
    args.push('--max-examples', String(examples), '--seed', String(seed), '--continue-on-failure', '--no-color');
    args.push('--phases', 'examples,coverage,fuzzing');
    const run = spawn('schemathesis', args, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
    const output = await text(run.stdout);
    const code = run.exitCode ?? (await new Promise<number>((resolve) => run.once('exit', (it) => resolve(it ?? 1))));
    total.cases += Number(/(\d+) generated/.exec(output)?.[1] ?? 0);
    const { answered, faults } = readReport(output);
    total.answered += answered;
    total.faults.push(...faults);
    if (code !== 0 && answered + faults.length === 0) total.faults.push(output);
  }
  return total;
}

// A poll without events waits longer than schemathesis does.
const settings = `[[operations]]
include-operation-id = "pollEvents"
parameters = { "query.timeout" = 0 }
`;

// Operations that are left out: LayIM, which returns errors with status 200 as its front end
// requires; uploads, whose bodies schemathesis cannot generate; operations that end the shared
// session.
const asUser = [
  ...['Server', 'Gateway', 'LayIM'].flatMap((tag) => ['--exclude-tag', tag]),
  ...['createUpload', 'resumeUpload', 'deleteMe', 'signOut', 'endSession'].flatMap((id) => [
    '--exclude-operation-id',
    id,
  ]),
];

function isInstalled(): boolean {
  try {
    execFileSync('schemathesis', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

interface Contract {
  /** Roots of an api and of a gateway. */
  api: string;
  gateway: string;
  /** The access token of a user. */
  token: string;
  seed: number;
  /** Maximum number of requests that are generated for each operation. */
  examples: number;
}

export interface ContractFigures {
  cases: number;
  /** Number of findings that the README explains. */
  answered: number;
  faults: string[];
}
