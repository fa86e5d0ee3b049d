import { ParleyError } from '@parley/client';
import { language } from '../core/i18n.ts';
import { localStore } from '../core/local-store.ts';
import { useParley } from '../core/parley.ts';

const parley = useParley();

/**
 * Returns whether Web Push is on, off, unsupported by this browser, or not offered by the server.
 *
 * @throws ParleyError
 */
export async function pushState(): Promise<PushState> {
  if (!supported()) return 'unsupported';
  if ((await serverKey()) === undefined) return 'not-offered';
  return (await current()) && localStore.get('push') === 'on' ? 'on' : 'off';
}

/**
 * Subscribes this browser to push notifications, which it shows while no page is visible.
 *
 * @throws ParleyError
 * @throws DOMException if the browser refuses
 */
export async function subscribe(): Promise<void> {
  const key = await serverKey();
  const registration = await navigator.serviceWorker.ready;
  if (key === undefined) return;
  const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  await send(subscription);
  localStore.set('push', 'on');
}

/**
 * Returns this browser's choices: whether pushes announce only mentions, and whether they hide the
 * text of the message.
 */
export function pushChoices(): { mentionsOnly: boolean; hideText: boolean } {
  const isOn = (name: string) => localStore.get(`push-${name}`) === 'on';
  return { mentionsOnly: isOn('mentionsOnly'), hideText: isOn('hideText') };
}

/**
 * Changes one of the choices that `pushChoices` returns and sends it to the server.
 *
 * @throws ParleyError
 */
export async function setPushChoice(name: 'mentionsOnly' | 'hideText', on: boolean): Promise<void> {
  const subscription = await current();
  if (subscription) await send(subscription, { ...pushChoices(), [name]: on });
  localStore.set(`push-${name}`, on ? 'on' : undefined);
}

/** Ends the push subscription of this browser. */
export async function unsubscribe(): Promise<void> {
  localStore.set('push', undefined);
  const subscription = await current();
  if (subscription) await remove(subscription);
}

async function remove(subscription: PushSubscription): Promise<void> {
  await parley.request('/push/subscriptions', request('DELETE', { endpoint: subscription.endpoint })).catch(() => {});
  await subscription.unsubscribe();
}

/**
 * Sends the push subscription to the server again, because the browser might have changed its URL.
 * Subscribes again if the server has another VAPID key, because push services refuse the
 * subscription of the old key. Ignores errors, because the next visit of the page retries.
 */
export async function renewPush(): Promise<void> {
  if (localStore.get('push') !== 'on' || !supported()) return;
  try {
    const subscription = await current();
    if (subscription && (await hasServerKey(subscription))) return await send(subscription);
    if (subscription) await remove(subscription);
    await subscribe();
  } catch {
    // The next visit of the page retries.
  }
}

/**
 * Returns whether a subscription is bound to the server's VAPID key. True if the browser does not
 * show the key.
 */
async function hasServerKey({ options }: PushSubscription): Promise<boolean> {
  const bound = options?.applicationServerKey;
  const key = await serverKey();
  if (!bound || key === undefined) return true;
  const base64 = btoa(String.fromCharCode(...new Uint8Array(bound)));
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '') === key;
}

function supported(): boolean {
  return 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
}

/** Returns the server's VAPID key. Undefined if the server does not send pushes. */
async function serverKey(): Promise<string | undefined> {
  try {
    const { key } = JSON.parse(await (await parley.request('/push')).text()) as { key: string };
    return key;
  } catch (error) {
    if (error instanceof ParleyError && error.status === 404) return undefined;
    throw error;
  }
}

async function current(): Promise<PushSubscription | null> {
  const registration = await navigator.serviceWorker.getRegistration();
  return (await registration?.pushManager.getSubscription()) ?? null;
}

async function send(subscription: PushSubscription, choices = pushChoices()): Promise<void> {
  const { endpoint, keys = {} } = subscription.toJSON();
  await parley.request(
    '/push/subscriptions',
    request('PUT', {
      endpoint,
      keys: { p256dh: keys.p256dh, auth: keys.auth },
      language: language.value,
      ...choices,
    }),
  );
}

function request(method: string, body: object) {
  return { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

export type PushState = 'on' | 'off' | 'unsupported' | 'not-offered';
