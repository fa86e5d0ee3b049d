import { describe, expect, it } from 'vitest';
import { PushUsers } from './push-users.ts';

const toUser = (to: number) => ({ conversation: `1_${to}`, to });
const toGroup = { conversation: 'g88', to: 88 };

describe('PushUsers', () => {
  it('until the users with a push device are loaded, PushUsers includes every recipient', () => {
    const users = new PushUsers();
    expect(users.mayReach(toUser(5))).toBe(true);
    users.set([]);
    users.set(undefined);
    expect(users.mayReach(toUser(5))).toBe(true);
    expect(users.mayReach(toGroup)).toBe(true);
  });

  it('PushUsers includes only recipients with a push device', () => {
    const users = new PushUsers();
    users.set([5]);
    expect(users.mayReach(toUser(5))).toBe(true);
    expect(users.mayReach(toUser(6))).toBe(false);
    users.add(6);
    expect(users.mayReach(toUser(6))).toBe(true);
  });

  it('PushUsers includes a group if any user has a push device', () => {
    const users = new PushUsers();
    users.set([]);
    expect(users.mayReach(toGroup)).toBe(false);
    users.add(7);
    expect(users.mayReach(toGroup)).toBe(true);
  });
});
