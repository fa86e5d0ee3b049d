import type { Parley } from '@parley/client';
import type { Chats, Composer, Connection, Messages, PresenceMap, TypingUser, Uploads } from '@parley/client/views';

/**
 * A user-interface framework (Vue or React), with functions that run Parley's hooks and
 * composables, called parts, in it.
 */
export interface Framework {
  /** Renders a component that calls a part, without a DOM. */
  mount<Name extends keyof Parts>(parley: Parley, name: Name, argument: Parts[Name][0]): Mounted<Name>;
  /** Renders a page that calls a part on a server. Returns the page's HTML. */
  renderOnServer<Name extends keyof Parts>(parley: Parley, name: Name, argument: Parts[Name][0]): Promise<string>;
}

/** A rendered component that calls a part. */
export interface Mounted<Name extends keyof Parts> {
  /** Value that the part returned in the last render. Undefined before the first render. */
  readonly value: Parts[Name][1];
  /** Values that the part returned in all renders, in order. */
  readonly renders: Parts[Name][1][];
  /** Renders the component with another argument for the part, such as another chat. */
  change(argument: Parts[Name][0]): void;
  unmount(): void;
}

/** Name of each part -> its argument and the value that it returns. */
export interface Parts {
  useChats: [undefined, Chats];
  useComposer: [number | undefined, Composer];
  useConnection: [undefined, Connection];
  useMessages: [number | undefined, Messages];
  usePresence: [readonly number[], PresenceMap];
  useTyping: [number | undefined, readonly TypingUser[]];
  useUploads: [number | undefined, Uploads];
}
