import { readFile } from 'node:fs/promises';
import * as attw from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

/** Returns what publint finds wrong with a package. */
export async function findingsOfPublint(tarball: string): Promise<(string | undefined)[]> {
  const bytes = new Uint8Array(await readFile(tarball));
  const { messages, pkg } = await publint({ pack: { tarball: bytes.buffer }, strict: true });
  return messages.map((message) => formatMessage(message, pkg, { color: false }));
}

/**
 * Returns the problems that attw finds in a package's types. Ignores the problem that CommonJS
 * resolves to an ES module, because CommonJS can load the package with import(), and with require()
 * from Node.js 20.19 on. Also ignores Node.js 10.
 */
export async function problemsOfTypes(tarball: string): Promise<attw.Problem[]> {
  const bytes = new Uint8Array(await readFile(tarball));
  const checked = await attw.checkPackage(attw.createPackageFromTarballData(bytes));
  if (!checked.types) throw new Error('no types');
  const isOld = (problem: attw.Problem) => 'resolutionKind' in problem && problem.resolutionKind === 'node10';
  return checked.problems.filter((problem) => problem.kind !== 'CJSResolvesToESM' && !isOld(problem));
}
