import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

const source = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Returns the serious and critical findings of axe on a page, as one line each. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // Evaluates the source of axe with the debugger, because the content security policy blocks
  // inserted scripts.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(await source);
  // Waits for animations to end, because an element has too little contrast while it fades in.
  await page.evaluate(async () => {
    const running = document.getAnimations().filter(({ effect }) => effect?.getTiming().iterations !== Infinity);
    await Promise.allSettled(running.map(({ finished }) => finished));
  });
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: Axe }).axe.run({ resultTypes: ['violations'], elementRef: false }),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary}`),
    );
}

interface Axe {
  run(options: RunOptions): Promise<AxeResults>;
}
