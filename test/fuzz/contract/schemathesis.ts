import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { apiKey } from '../system/system.ts';
import { startEndingStreams } from './ending-streams.ts';
import { readReport } from './read-report.ts';

/**
 * Runs schemathesis against every operation in the OpenAPI document: as a signed-in user, with the
 * product's API key, and against a gateway. Parley must accept requests that the document allows,
 * reject all others, and send only responses that the document describes.
 *
 * @returns the findings. Undefined if schemathesis is not installed (`pip install schemathesis`)
 */
export async function fuzzContract({
  api,
  gateway,
  signIn,
  seed,
  examples,
}: Contract): Promise<ContractFigures | undefined> {
  if (!isInstalled()) return undefined;
  await using streams = await startEndingStreams(gateway);
  const user = await signIn();
  const upload = await createUpload(api, user);
  const only = (ids: readonly string[]) => ids.flatMap((id) => ['--include-operation-id', id]);
  const runs: Run[] = [
    { url: api, bearer: user, select: asUser },
    { url: api, bearer: user, select: only(['resumeUpload']), settings: `parameters = { "path.id" = ${upload} }` },
    { url: api, bearer: user, select: ['--include-tag', 'LayIM', '--checks', layimChecks] },
    { url: api, bearer: apiKey, select: ['--include-tag', 'Server'] },
    { url: streams.url, bearer: user, select: only(['streamEvents', 'postFrame']) },
    // Polls with timeout 0, because a poll without events would wait longer than schemathesis does.
    { url: gateway, bearer: user, select: only(['pollEvents']), settings: 'parameters = { "query.timeout" = 0 }' },
  ];
  for (const id of ENDING_OPERATIONS) runs.push({ url: api, bearer: await signIn(), select: only([id]) });
  const total: ContractFigures = { cases: 0, answered: 0, faults: [] };
  for (const run of runs) {
    const output = await schemathesis(`${api}/openapi.json`, run, [
      '--seed',
      `${seed}`,
      '--max-examples',
      `${examples}`,
    ]);
    total.cases += Number(/(\d+) generated/.exec(output.text)?.[1] ?? 0);
    const { answered, faults } = readReport(output.text);
    total.answered += answered;
    total.faults.push(...faults);
    if (output.code !== 0 && answered + faults.length === 0) total.faults.push(output.text);
  }
  return total;
}

/** Runs schemathesis once. Resolves with its report and exit code. */
async function schemathesis(document: string, { url, bearer, select, settings }: Run, options: string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'parley-schemathesis-'));
  await writeFile(join(folder, 'hooks.py'), hooks);
  await writeFile(join(folder, 'schemathesis.toml'), `hooks = "hooks.py"\n${settings ?? ''}\n`);
  const args = ['run', document, '--url', url, '-H', `Authorization: Bearer ${bearer}`, ...select, ...options];
  args.push('--continue-on-failure', '--no-color', '--phases', 'examples,coverage,fuzzing');
  const run = spawn('schemathesis', args, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
  const report = await text(run.stdout);
  const code = run.exitCode ?? (await new Promise<number>((resolve) => run.once('exit', (it) => resolve(it ?? 1))));
  await rm(folder, { recursive: true, force: true });
  return { text: report, code };
}

/** Creates an upload to which schemathesis can append bytes. Returns the upload's id. */
async function createUpload(api: string, token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0', 'upload-length': '1000000' };
  const response = await fetch(`${api}/v1/media`, { method: 'POST', headers });
  const id = Number(response.headers.get('location')?.split('/').at(-1));
  if (!Number.isSafeInteger(id))
    throw new Error(`cannot create an upload: ${response.status} ${await response.text()}`);
  return id;
}

/** Operations that invalidate the token of their user. Each one runs with a user of its own. */
const ENDING_OPERATIONS = ['deleteMe', 'signOut', 'endSession'];

const asUser = [
  ...['Server', 'Gateway', 'LayIM'].flatMap((tag) => ['--exclude-tag', tag]),
  ...['resumeUpload', ...ENDING_OPERATIONS].flatMap((id) => ['--exclude-operation-id', id]),
];

/**
 * Checks for LayIM operations. Leaves out checks that compare the status, because LayIM returns
 * errors with status 200, as its front end requires.
 */
const layimChecks =
  'not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance';

/**
 * Python code that lets schemathesis send bodies of two more media types. For NDJSON, it sends one
 * JSON value as the only line.
 */
const hooks = `import schemathesis

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
schemathesis.serializer.alias("application/x-ndjson", "application/json")
`;

function isInstalled(): boolean {
  try {
    execFileSync('schemathesis', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** One run of schemathesis against some operations. */
interface Run {
  url: string;
  bearer: string;
  /** Command-line options that select operations and checks. */
  select: string[];
  /** Additional lines for the settings file `schemathesis.toml`. */
  settings?: string;
}

interface Contract {
  /** Root URLs of an api and of a gateway. */
  api: string;
  gateway: string;
  /** Creates a user and returns the user's access token. */
  signIn(): Promise<string>;
  seed: number;
  /** Maximum number of requests that schemathesis generates for each operation. */
  examples: number;
}

export interface ContractFigures {
  cases: number;
  /** Number of findings of schemathesis that the README explains. */
  answered: number;
  faults: string[];
}
