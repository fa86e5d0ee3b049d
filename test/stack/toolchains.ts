import { execFileSync } from 'node:child_process';

/**
 * Returns whether `python3` can import these modules. If it cannot, prints that the tests of `what`
 * are skipped.
 */
export function hasPython(what: string, ...modules: string[]): boolean {
  try {
    execFileSync('python3', ['-c', `import ${modules.join(', ')}`], { stdio: 'ignore' });
    return true;
  } catch {
    process.stderr.write(`A test of ${what} is skipped: python3 does not import ${modules.join(', ')}\n`);
    return false;
  }
}

/**
 * Returns whether a program is installed. If it is not, prints that the tests of `what` are
 * skipped.
 */
export function hasProgram(what: string, program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    process.stderr.write(`A test of ${what} is skipped: ${program} is not installed\n`);
    return false;
  }
}
