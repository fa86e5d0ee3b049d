import { runDoctor } from './doctor/run-doctor.ts';
import { runCommand } from './run-command.ts';
import { CliError } from './server-client.ts';

const argv = process.argv.slice(2);
try {
  if (argv[0] === 'doctor') {
    const { output, failed } = await runDoctor(argv.slice(1), process.env);
    console.log(output);
    // A server that does not respond may keep a connection open.
    process.exit(failed ? 1 : 0);
  } else console.log(await runCommand(argv, process.env));
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
