import type { Parley } from '@parley/client';
import type { Chats, Composer, Connection, Messages, PresenceMap, TypingUser, Uploads } from '@parley/client/views';

/** A framework whose parts the tests use. */
export interface Framework {
  /** Renders a component that uses a part, without a DOM. */
  mount<Name extends keyof Parts>(parley: Parley, name: Name, argument: Parts[Name][0]): Mounted<Name>;
  /** Renders a page that uses a part, as a server does. Returns its HTML. */
  renderOnServer<Name extends keyof Parts>(parley: Parley, name: Name, argument: Parts[Name][0]): Promise<string>;
}

/** A component that uses a part. */
export interface Mounted<Name extends keyof Parts> {
  /** What the component rendered last. Undefined before the first time. */
  readonly value: Parts[Name][1];
  /** Everything that it rendered, in order. */
  readonly renders: Parts[Name][1][];
  /** Renders the component with another argument of the part, such as another chat. */
  change(argument: Parts[Name][0]): void;
  unmount(): void;
}

/** The argument and the value of each part. */
export interface Parts {
  useChats: [undefined, Chats];
  useComposer: [number | undefined, Composer];
  useConnection: [undefined, Connection];
  useMessages: [number | undefined, Messages];
  usePresence: [readonly number[], PresenceMap];
  useTyping: [number | undefined, readonly TypingUser[]];
  useUploads: [number | undefined, Uploads];
}
