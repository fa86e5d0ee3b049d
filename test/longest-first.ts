import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import durations from './durations.json' with { type: 'json' };

/**
 * Starts the test files that need most time first, so that no long file runs alone at the end.
 * Their durations are those of an earlier run, stored in `durations.json`. Files without a stored
 * duration follow, the largest file first.
 */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { root } = this.ctx.config;
    const seconds = (file: TestSpecification) =>
      (durations as Record<string, number>)[relative(root, file.moduleId)] ?? 0;
    // Among files of equal duration, keeps those of the same project together, because a worker
    // runs only files of one project.
    return (await super.sort(files)).sort(
      (a, b) => seconds(b) - seconds(a) || a.project.name.localeCompare(b.project.name),
    );
  }
}
