/**
 * Credentials of the demo accounts. The stack creates these accounts only if other machines cannot
 * reach the api.
 */
export const demo = { usernames: ['alice', 'bob'], password: 'parley-demo' } as const;

/**
 * Creates the demo accounts, makes them friends and sends a few messages between them. Idempotent.
 */
export async function createDemoAccounts(apiUrl: string, gatewayUrl: string): Promise<void> {
  const call = callerOf(apiUrl);
  const [alice, bob] = await Promise.all(demo.usernames.map((username) => signIn(call, username)));
  if (!alice || !bob) return;
  await call('POST', '/friend-requests', { token: alice.token, body: { to: bob.id } });
  const { body } = await call('GET', '/friend-requests', { token: bob.token });
  const { items } = body as { items: { id: number; from: { id: number }; state: string }[] };
  const request = items.find(({ from, state }) => from.id === alice.id && state === 'pending');
  if (request) await call('POST', `/friend-requests/${request.id}/accept`, { token: bob.token });
  const send = callerOf(gatewayUrl);
  for (const [index, text] of talk.entries()) {
    const [from, to] = index % 2 === 0 ? [alice, bob] : [bob, alice];
    // Sends with a fixed ref, so that a second run does not send the messages again.
    const frame = { type: 'send', ref: `demo-${index}`, to: to.id, body: { type: 'text', text } };
    await send('POST', '/frames', { token: from.token, body: frame });
  }
}

const talk = [
  'Hi Bob! This is Parley, on our own machine.',
  'Nice. Do messages arrive while I am away?',
  'They wait for you. Close the page, and look again later.',
  '太好了！中文也没问题 👍',
];

async function signIn(call: Call, username: string): Promise<{ id: number; token: string }> {
  const account = { username, password: demo.password };
  const name = username.replace(/^./, (letter) => letter.toUpperCase());
  await call('POST', '/users', { body: { ...account, name } });
  const { status, body } = await call('POST', '/sessions', { body: account });
  if (status !== 201) throw new Error(`the demo account ${username} cannot sign in (${status})`);
  const { user, accessToken } = body as { user: { id: number }; accessToken: string };
  return { id: user.id, token: accessToken };
}

const callerOf =
  (apiUrl: string): Call =>
  async (method, path, { token, body }) => {
    const response = await fetch(`${apiUrl}/v1${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      signal: AbortSignal.timeout(5000),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json().catch(() => undefined) };
  };

type Call = (
  method: string,
  path: string,
  request: { token?: string; body?: unknown },
) => Promise<{ status: number; body: unknown }>;
