import { limits } from '@parley/protocol';
import clock from '../connection/clock.lua';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import { readLaterMembers } from '../permits/members.ts';
import { liveMessage, publish } from '../presence/control.ts';
import source from './append-stream.lua';

const script = createScript('append-stream', [clock, source]);

/**
 * Appends texts to a stream (a message whose text grows) and publishes their frames to the
 * connected receivers. Does not add events to inboxes. Skips texts whose index the stream already
 * has. Skips members who joined the group after the message and cannot see it.
 */
export async function appendToStream(redis: RedisConnection, append: StreamAppend): Promise<AppendOutcome> {
  const { conversation, id, user, group, permit, idle } = append;
  const later = new Set(group === undefined ? [] : await readLaterMembers(redis, group, id));
  const receivers = append.receivers.filter((receiver) => receiver.user === user || !later.has(receiver.user));
  const { keys } = redis;
  const home = keys.home(conversation);
  const isNear = (receiver: number) => !redis.clustered || keys.bucket(receiver) === home;
  const near = receivers.filter(({ user }) => isNear(user));
  const distant = receivers.filter(({ user }) => !isNear(user));
  const names = [
    keys.stream(conversation, id),
    keys.streamTexts(conversation, id),
    keys.streams(home),
    group === undefined ? keys.permitFence(conversation) : keys.members(group),
    ...near.map(({ user }) => keys.user(user)),
  ];
  let { texts, index } = append;
  let full = false;
  while (texts.length > 0) {
    const quoted = texts.map((text) => JSON.stringify(text));
    const chars = sum(texts.map(countCharacters));
    const frames = new Map<number, string>();
    const framesFor = (chat: number) => {
      const head = `{"type":"stream","chat":${chat},"id":${id},"user":${user},"index":`;
      const message = frames.get(chat) ?? liveMessage(quoted.map((text, i) => `${head}${index + i},"text":${text}}`));
      frames.set(chat, message);
      return message;
    };
    const [outcome, last = 0, known = []] = (await redis.run(script, names, [
      ...[`${conversation}:${id}`, user, permit, index, chars, limits.text, idle],
      group === undefined ? '' : near.map(({ user }) => user).join(' '),
      texts.length,
      ...quoted,
      ...near.map(({ chat }, i) => (chat === near[i - 1]?.chat ? '' : framesFor(chat))),
    ])) as [AppendOutcome['is'] | 'full', number?, string[]?];
    if (outcome === 'appended') {
      await Promise.all(distant.map(({ user, chat }) => publish(redis, user, framesFor(chat))));
      return { is: full ? 'expired' : outcome };
    }
    if (outcome === 'full') {
      texts = fitting(texts, limits.text - last);
      full = true;
      if (texts.length === 0) return { is: 'expired' };
      continue;
    }
    if (outcome !== 'index') return { is: outcome };
    const differs = known.findIndex((text, i) => i < quoted.length && text !== quoted[i]);
    if (index > last + 1 || differs >= 0) return { is: 'index', last: differs >= 0 ? index + differs - 1 : last };
    texts = texts.slice(known.length);
    index += known.length;
  }
  return { is: full ? 'expired' : 'appended' };
}

/** Returns as many of the first texts as have at most `max` characters in total. */
function fitting(texts: string[], max: number): string[] {
  const end = texts.findIndex((_, i) => sum(texts.slice(0, i + 1).map(countCharacters)) > max);
  return end < 0 ? texts : texts.slice(0, end);
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

export interface StreamAppend {
  conversation: string;
  id: number;
  user: number;
  /** The group that receives the message. Undefined for a message to a user. */
  group?: number | undefined;
  /** The permission of the user to write, as for `accept`. */
  permit: number | 'member';
  /** Index in the stream of the first text, from 1. */
  index: number;
  texts: string[];
  /** The connected users who receive the frames. */
  receivers: Receiver[];
  /** Ms without an append after which the stream ends by itself. */
  idle: number;
}

interface Receiver {
  user: number;
  /** The chat, as this user names it: the peer or the group. */
  chat: number;
}

export type AppendOutcome =
  /**
   * `expired`: the message stream has reached the time limit or the maximum length, and the caller
   * must end it.
   */
  | { is: 'appended' | 'ended' | 'expired' | 'forbidden' | 'permit' }
  /** Texts after `last` are missing, or the next text differs from the one in the stream. */
  | { is: 'index'; last: number };
