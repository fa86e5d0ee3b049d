import type { NoticeBody } from '@parley/client';
import { language } from '../../core/i18n.ts';
import { durationWords } from '../../groups/duration-words.ts';
import { noticeStrings as strings } from './notice-strings.ts';

/** Maximum number of names in the sentence of a notice. */
const MAX_NAMES = 5;

/** Returns the ids of the users whose names appear in the sentence of a notice. */
export function peopleOf({ by, users = [] }: NoticeBody): number[] {
  return [...(by === undefined ? [] : [by]), ...users.slice(0, MAX_NAMES)];
}

/**
 * Returns the sentence of a notice, such as "Ann added Ben". A kind of notice that this client does
 * not know gets a general sentence.
 *
 * @param me the reader. The sentence calls this user "you"
 */
export function noticeText(body: NoticeBody, nameOf: (user: number) => string, me: number | undefined): string {
  const { users = [], count = users.length, name = '', seconds = 0 } = body;
  const by = body.by === undefined ? undefined : body.by === me ? strings.You : isolate(nameOf(body.by));
  const you = by === undefined || isSubject(body) ? strings.You : strings.you;
  const named = users.slice(0, MAX_NAMES).map((user) => (user === me ? you : isolate(nameOf(user))));
  if (count > named.length) named.push(strings.others(count - named.length));
  const who = new Intl.ListFormat(language.value).format(named);
  switch (body.notice) {
    case 'created':
      return strings.created(by);
    case 'added':
      return strings.added(who, by);
    case 'joined':
      return body.link ? strings.joinedByLink(who) : strings.joined(who);
    case 'left':
      return strings.left(who);
    case 'removed':
      return strings.removed(who, by);
    case 'renamed':
      return strings.renamed(isolate(name), by);
    case 'picture':
      return strings.picture(by);
    case 'owner':
      return strings.owner(who, by);
    case 'admin':
      return strings.admin(who, by);
    case 'member':
      return strings.member(who, by);
    case 'slow-mode':
      return seconds === 0 ? strings.slowModeOff(by) : strings.slowMode(durationWords(seconds), by);
    case 'pinned':
      return strings.pinned(by);
    default:
      return strings.changed;
  }
}

/** Returns whether `users` of a notice are the subject of its sentence: "Ben joined". */
function isSubject({ notice }: NoticeBody): boolean {
  return notice === 'joined' || notice === 'left';
}

/**
 * Wraps a name in isolation characters, so that a right-to-left name does not change the order of
 * the words around it.
 */
function isolate(name: string): string {
  return `\u2068${name}\u2069`;
}
