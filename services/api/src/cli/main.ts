import { runDoctor } from './doctor/run-doctor.ts';
import { runLag } from './lag/run-lag.ts';
import { runCommand } from './run-command.ts';
import { CliError } from './server-client.ts';

const argv = process.argv.slice(2);
/** Commands that connect to Redis and PostgreSQL directly instead of calling the server API. */
const local: Readonly<Record<string, typeof runDoctor>> = { doctor: runDoctor, lag: runLag };
try {
  const [name = '', ...rest] = argv;
  const run = Object.hasOwn(local, name) ? local[name] : undefined;
  if (run) {
    const { output, failed } = await run(rest, process.env);
    console.log(output);
    // Exits at once, because a server that does not respond might keep a connection open.
    process.exit(failed ? 1 : 0);
  } else console.log(await runCommand(argv, process.env));
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
