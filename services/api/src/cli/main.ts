import { runCommand } from './run-command.ts';
import { CliError } from './server-client.ts';

try {
  console.log(await runCommand(process.argv.slice(2), process.env));
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
