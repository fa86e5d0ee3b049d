import type { Body, Media } from '@parley/protocol';
import type { ParleyError } from '../error.ts';
import type { Parley, SendOptions } from '../parley.ts';
import { type FileLike, type Upload, type UploadOptions, upload } from '../upload/upload.ts';
import { isConnected, onReset } from './connection-view.ts';
import { keepFields, keepItems } from './same.ts';
import { DerivedView, type View } from './view.ts';

/** Maximum number of uploads that run at the same time. Further uploads wait. */
const MAX_PARALLEL = 2;

/** A file that the client uploads and then sends as a message. */
export interface UploadItem {
  readonly key: string;
  readonly name: string;
  /** MIME type. */
  readonly type: string;
  /** Bytes. */
  readonly size: number;
  /** Number of bytes that the server has received. */
  readonly sent: number;
  /**
   * State of the upload. `uploaded`: the message is sent as soon as the files before it are sent.
   */
  readonly state: 'waiting' | 'uploading' | 'paused' | 'uploaded' | 'failed';
  /** Why it failed. */
  readonly error: ParleyError | undefined;
  pause(): void;
  /** Continues the upload after a pause or a failure. */
  resume(): void;
  /** Removes the upload here and on the server. */
  cancel(): void;
}

/** The uploads of a chat. */
export interface Uploads {
  /** Uploads in the order in which the user added the files. */
  readonly uploads: readonly UploadItem[];
  /**
   * Uploads files, and sends each as a message. The messages are sent in the order of the files.
   */
  add(files: readonly FileLike[], options?: UploadSendOptions): void;
}

/** Optional fields of the messages, and options of the uploads. */
export interface UploadSendOptions
  extends SendOptions,
    Pick<UploadOptions, 'name' | 'type' | 'width' | 'height' | 'duration'> {}

/** Value of the view while no chat is open. */
export const noUploads: Uploads = { uploads: [], add: () => {} };

/** Uploads the files of all chats of a client, two at a time. Drops them after sign-out. */
export class UploadQueue {
  readonly #parley: Parley;
  readonly #listeners = new Set<() => void>();
  #entries: Entry[] = [];
  #count = 0;

  constructor(parley: Parley) {
    this.#parley = parley;
    onReset(parley, () => {
      if (isConnected(parley) || this.#entries.length === 0) return;
      for (const { running } of this.#entries) running?.pause();
      this.#entries = [];
      this.#notify();
    });
  }

  /** Creates the view of a chat's uploads. */
  view(chat: number, released: () => void): View<Uploads> {
    const add = (files: readonly FileLike[], options: UploadSendOptions = {}) => this.#add(chat, files, options);
    return new DerivedView<Uploads>({
      initial: { uploads: [], add },
      read: (before) => {
        const items = this.#entries.filter((entry) => entry.chat === chat).map(({ item }) => item);
        return keepFields<Uploads>(before, { uploads: keepItems(before.uploads, items, ({ key }) => key), add });
      },
      follow: (changed) => {
        this.#listeners.add(changed);
        return () => this.#listeners.delete(changed);
      },
      released,
    });
  }

  #add(chat: number, files: readonly FileLike[], options: UploadSendOptions): void {
    for (const file of files) {
      const key = `${Date.now()}-${this.#count++}`;
      const { name = file.name ?? '', type = file.type } = options;
      const entry: Entry = {
        chat,
        file,
        options,
        item: {
          key,
          name,
          type,
          size: file.size,
          sent: 0,
          state: 'waiting',
          error: undefined,
          pause: () => {
            if (entry.item.state !== 'waiting' && entry.item.state !== 'uploading') return;
            entry.running?.pause();
            this.#set(entry, { state: 'paused' });
          },
          resume: () => {
            if (entry.item.state !== 'paused' && entry.item.state !== 'failed') return;
            this.#set(entry, { state: 'waiting', error: undefined });
          },
          cancel: () => {
            void entry.running?.cancel();
            this.#remove(entry);
          },
        },
      };
      this.#entries.push(entry);
    }
    this.#next();
  }

  /** Starts uploads that wait, sends the files whose turn it is, and notifies the views. */
  #next(): void {
    const free = MAX_PARALLEL - this.#entries.filter(({ item }) => item.state === 'uploading').length;
    for (const entry of this.#entries.filter(({ item }) => item.state === 'waiting').slice(0, Math.max(0, free)))
      this.#start(entry);
    for (const entry of [...this.#entries]) if (entry.media && this.#isFirst(entry)) this.#send(entry, entry.media);
    this.#notify();
  }

  #start(entry: Entry): void {
    entry.item = { ...entry.item, state: 'uploading' };
    if (entry.running?.state === 'paused') return entry.running.resume();
    // Resumes a failed upload on the server with a new transfer.
    const id = entry.running?.id;
    const { width, height, duration } = entry.options;
    const { name, type } = entry.item;
    const options = Object.entries({ name, type, width, height, duration, id }).filter(([, value]) => value);
    const running = upload(this.#parley, entry.file, {
      ...Object.fromEntries(options),
      progress: (sent) => this.#set(entry, { sent }),
    });
    entry.running = running;
    running.done.then(
      (media) => {
        entry.media = media;
        this.#set(entry, { state: 'uploaded', sent: entry.file.size });
      },
      (reason) => this.#set(entry, { state: 'failed', error: reason as ParleyError }),
    );
  }

  /** Returns whether every file that was added to the chat earlier has been sent. */
  #isFirst(entry: Entry): boolean {
    const before = this.#entries.slice(0, this.#entries.indexOf(entry)).filter(({ chat }) => chat === entry.chat);
    return before.every(({ item }) => item.state === 'paused' || item.state === 'failed');
  }

  #send(entry: Entry, media: Media): void {
    const { name, type, width, height, duration, ...more } = entry.options;
    this.#entries = this.#entries.filter((each) => each !== entry);
    // Ignores the error, because a message that the server refuses is shown as failed.
    this.#parley.send(entry.chat, bodyOf(entry.item.type, media), more).catch(() => {});
  }

  #set(entry: Entry, change: Partial<UploadItem>): void {
    if (!this.#entries.includes(entry)) return;
    entry.item = { ...entry.item, ...change };
    if (change.state) this.#next();
    else this.#notify();
  }

  #remove(entry: Entry): void {
    this.#entries = this.#entries.filter((each) => each !== entry);
    this.#next();
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/**
 * Returns the message body for an uploaded file. The type of the body depends on the file type that
 * the server has detected.
 */
function bodyOf(wanted: string, { id, ...media }: Media): Body {
  const [found = ''] = media.mime.split('/');
  // Sends the file as audio if the app states an audio type, because the server might detect a
  // recording without pictures as video.
  const type = found === 'video' && wanted.startsWith('audio/') ? 'audio' : found;
  return { type: isKind(type) ? type : 'file', media: id, ...media };
}

function isKind(type: string): type is 'image' | 'video' | 'audio' {
  return ['image', 'video', 'audio'].includes(type);
}

interface Entry {
  chat: number;
  file: FileLike;
  options: UploadSendOptions;
  item: UploadItem;
  /** Current or last transfer of the file. */
  running?: Upload;
  /** Result of the upload. Undefined until the file is uploaded. */
  media?: Media;
}
