// Runs in a process of its own (`PasswordStrength`): the dictionaries take about 20 MiB, and a hostile password takes up to 0.3 s.
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';

const estimator = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });

process.on('message', ({ password, words }) => {
  const { score } = estimator.check(password, words);
  process.send({ result: score });
});
// The service is gone.
process.on('disconnect', () => process.exit());
process.send({ ready: true });
