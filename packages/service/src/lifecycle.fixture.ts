import { runService } from './lifecycle.ts';

/**
 * A process with two parts, which lifecycle.test.ts starts. The variable `FIXTURE` selects its
 * behaviour.
 */
await runService({
  name: 'fixture',
  stopWithin: 2000,
  surviveRejections: process.env.SURVIVE === '1',
  start: async ({ env, onStop }) => {
    const timer = setInterval(() => {}, 1000);
    onStop('first', () => {
      clearInterval(timer);
      process.stdout.write('first stopped\n');
    });
    if (env.FIXTURE === 'fails to start') throw new Error('port 80 is taken\nwith details');
    onStop('second', async () => {
      if (env.FIXTURE === 'hangs on stop') await new Promise(() => {});
      if (env.FIXTURE === 'fails to stop') throw new Error('broken pipe');
      process.stdout.write('second stopped\n');
    });
    if (env.FIXTURE === 'throws later') setTimeout(() => Promise.reject(new Error('nobody awaits me')), 5);
  },
});
