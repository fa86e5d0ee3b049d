import { describe, expect, it } from 'vitest';
import { eventFrame } from '../frames.ts';
import { LocalUser, type UserConnection } from './local-user.ts';

class FakeConnection implements UserConnection {
  readonly calls: unknown[] = [];
  deliver(epoch: number, offset: number, frame: Uint8Array): void {
    this.calls.push(['deliver', epoch, offset, frame.toString()]);
  }
  forward(frame: string | Uint8Array): boolean {
    this.calls.push(['forward', frame.toString()]);
    return true;
  }
  control(control: unknown): void {
    this.calls.push(['control', control]);
  }
  missed(): void {
    this.calls.push(['missed']);
  }
}

const withConnections = (count: number) => {
  const user = new LocalUser(7);
  const connections = Array.from({ length: count }, () => new FakeConnection());
  user.connections.push(...connections);
  return { user, connections };
};

const friend = { standing: 'friend', fence: 0 } as const;

describe('LocalUser', () => {
  it("a local user delivers each published event to every connection, and passes the event's inbox position and unchanged bytes", () => {
    const { user, connections } = withConnections(2);
    const frame = eventFrame({ epoch: 1_740_000_000_000, offset: 42 }, '{"kind":"session","change":"revoked"}');
    user.receive(Buffer.from(frame));
    for (const { calls } of connections) expect(calls).toEqual([['deliver', 1_740_000_000_000, 42, frame]]);
    expect(user).toMatchObject({ epoch: 1_740_000_000_000, offset: 42 });
  });

  it('a local user forwards a frame that is not an event, and keeps its position in the inbox', () => {
    const { user, connections } = withConnections(1);
    user.receive(Buffer.from('{"type":"typing","chat":1,"user":1,"active":true}'));
    expect(connections[0]?.calls).toEqual([['forward', '{"type":"typing","chat":1,"user":1,"active":true}']]);
    expect(user).toMatchObject({ epoch: 0, offset: 0 });
  });

  it('a local user passes a control message to every connection, even if the first connection closes because of it', () => {
    const { user, connections } = withConnections(2);
    const [first] = connections as [FakeConnection, FakeConnection];
    first.control = () => {
      user.connections.splice(user.connections.indexOf(first), 1);
    };
    user.receive(Buffer.from('!{"do":"revoke"}'));
    expect(connections[1]?.calls).toEqual([['control', { do: 'revoke' }]]);
  });

  it('a local user stores the greatest of the connection numbers that it receives', () => {
    const { user } = withConnections(0);
    for (const number of [3, 5, 4]) user.receive(Buffer.from(`!${JSON.stringify({ do: 'fence', number })}`));
    expect(user.fence).toBe(5);
  });

  it.each([
    ['the control message `forget`', (user: LocalUser) => user.receive(Buffer.from('!{"do":"forget"}'))],
    ['lost messages', (user: LocalUser) => user.missed()],
  ])('after %s, a local user evicts its permissions and caches none whose read began before', (_, forget) => {
    const { user } = withConnections(0);
    user.readPermit(8)(friend);
    const keepLate = user.readPermit(9);
    expect(user.permit(8)).toBe(friend);
    forget(user);
    keepLate({ standing: 'friend', fence: 0 });
    expect([user.permit(8), user.permit(9)]).toEqual([undefined, undefined]);
  });

  it('a local user caches a limited number of permissions and evicts the oldest', () => {
    const { user } = withConnections(0);
    for (let to = 1; to <= 300; to += 1) user.readPermit(to)(friend);
    expect([user.permit(1), user.permit(300)]).toEqual([undefined, friend]);
  });

  it('every connection of a local user reads the inbox if Redis messages might have been lost', () => {
    const { user, connections } = withConnections(2);
    user.missed();
    expect(connections.map(({ calls }) => calls)).toEqual([[['missed']], [['missed']]]);
  });
});
