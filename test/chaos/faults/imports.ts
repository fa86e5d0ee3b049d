import { importedText } from '../people/ledger.ts';
import type { Fault } from './fault.ts';

/** Number of messages in one import. */
const LINES = 60;

/** Date of the first imported message, in Unix ms. */
const EARLY = Date.UTC(2024, 0, 1);

/**
 * Imports old messages into a chat of two users and into a group while their members write. If an
 * import fails half-way, sends the same lines again.
 */
export const importHistory: Fault = {
  name: 'history is imported',
  weight: 2,
  takes: ['clients'],
  strike: async ({ population, writers }, random) => {
    const { imports } = writers.acts;
    const user = random.pick(population.users);
    const friend = random.pick(population.friends.get(user) ?? []);
    const [group, members] = random.pick([...population.groups]);
    const first = imports.length;
    const lines = Array.from({ length: LINES }, (_, place) => {
      const toGroup = place % 3 === 0;
      const [from, to] = toGroup ? [random.pick(members), group] : random.shuffle([user, friend]);
      const number = imports.push({ from: from as number, to: to as number, group: toGroup, acknowledged: false }) - 1;
      const body = { type: 'text', text: importedText(number) };
      return { type: 'message', id: `import-${number}`, from, to, date: EARLY + number * 1000, body };
    });
    const { failed, errors } = await population.product.importHistory(lines);
    if (failed > 0) throw new Error(`Lines were refused: ${JSON.stringify(errors[0])}`);
    for (let number = first; number < imports.length; number += 1)
      Object.assign(imports[number] as object, { acknowledged: true });
    return `${LINES} messages of ${user}, ${friend} and group ${group}`;
  },
};
