import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import durations from './durations.json' with { type: 'json' };

/**
 * Starts the test files that take longest first, so that no long file runs alone at the end.
 * Durations are those of an earlier run (`durations.json`). Other files follow, the largest first.
 */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { root } = this.ctx.config;
    const seconds = (file: TestSpecification) =>
      (durations as Record<string, number>)[relative(root, file.moduleId)] ?? 0;
    // A worker runs only files of one project. The sort is stable, so that files of equal duration
    // keep their order.
    return (await super.sort(files)).sort(
      (a, b) => seconds(b) - seconds(a) || a.project.name.localeCompare(b.project.name),
    );
  }
}
