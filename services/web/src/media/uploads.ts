import type { Parley } from '@parley/client';
import type { Media } from '@parley/protocol';
import { reactive, shallowReactive } from 'vue';
import { onSignOut } from '../core/sign-out.ts';
import { kindOf, type MediaBody, type MediaKind } from './kinds.ts';
import { probe } from './probe.ts';
import type { FailedBecause, Transfer } from './transfer.ts';

/** Characters of a file's name. */
const NAME = 255;

/** Bytes of a file; a server may allow less, or more, than is usual. */
export const MAX_FILE = 100 * 1024 * 1024;

/** A file on its way into a chat: uploaded, then sent. */
export interface Upload {
  readonly key: number;
  readonly chat: number;
  readonly name: string;
  readonly size: number;
  readonly kind: MediaKind;
  /** An address of the picture or film itself, in this page. */
  readonly preview: string | undefined;
  /** How much is uploaded, 0 to 1. */
  progress: number;
  state: 'uploading' | 'paused' | 'failed';
  error?: FailedBecause;
  /** Stops until `resume`. */
  pause(): void;
  resume(): void;
  /** Forgets it, and what was uploaded of it. */
  cancel(): void;
}

const uploads = shallowReactive<Upload[]>([]);
let count = 0;
onSignOut(() => {
  for (const upload of [...uploads]) upload.cancel();
});

/** Files on their way into a chat. */
export function uploadsOf(chat: number): Upload[] {
  return uploads.filter((upload) => upload.chat === chat);
}

/** Uploads files, one after the other, and sends each as soon as it is there. */
export function sendFiles(parley: Parley, chat: number, files: Iterable<File>): void {
  for (const file of files) uploads.push(begin(parley, chat, file, kindOf(file.type)));
}

/** The same with a recording, of which the file itself does not tell how many seconds it has. */
export function sendVoice(parley: Parley, chat: number, file: File, seconds: number): void {
  uploads.push(begin(parley, chat, file, 'audio', { duration: seconds.toFixed(2) }));
}

function begin(parley: Parley, chat: number, file: File, kind: MediaKind, told: Record<string, string> = {}): Upload {
  let transfer: Transfer | undefined;
  const shown = kind === 'image' || kind === 'video';
  const upload: Upload = reactive({
    key: ++count,
    chat,
    name: nameOf(file),
    size: file.size,
    kind,
    preview: shown ? URL.createObjectURL(file) : undefined,
    progress: 0,
    state: 'uploading',
    pause: () => {
      upload.state = 'paused';
      void transfer?.stop();
    },
    resume: () => {
      upload.state = 'uploading';
      if (transfer) transfer.start();
      else void open();
    },
    cancel: () => {
      void transfer?.cancel().catch(() => {});
      remove();
    },
  });
  const fail = (error: FailedBecause) => Object.assign(upload, { state: 'failed', error });
  const remove = () => {
    if (upload.preview) URL.revokeObjectURL(upload.preview);
    const at = uploads.findIndex(({ key }) => key === upload.key);
    if (at >= 0) uploads.splice(at, 1);
  };
  const open = async () => {
    if (file.size > MAX_FILE) return fail('too-large');
    if (file.size === 0) return fail('refused');
    try {
      const [{ createTransfer }, seen] = await Promise.all([import('./transfer.ts'), probe(file, kind)]);
      const metadata = { filename: upload.name, filetype: file.type, ...seen, ...told };
      transfer = createTransfer(parley, file, metadata, {
        progress: (share) => {
          upload.progress = share;
        },
        failed: fail,
        done: (media) => {
          void parley.send(chat, bodyOf(kind, media)).catch(() => {});
          remove();
        },
      });
      if (upload.state === 'uploading') transfer.start();
    } catch {
      fail('unreachable');
    }
  };
  void open();
  return upload;
}

/** What is sent: what the server found in it counts, not what its name says. */
function bodyOf(wanted: MediaKind, { id, ...media }: Media): MediaBody {
  const found = kindOf(media.mime);
  const type = found === wanted || (found === 'video' && wanted === 'audio') ? wanted : 'file';
  return { type, media: id, ...media };
}

function nameOf(file: File): string {
  const name = [...file.name.toWellFormed().replaceAll('\0', '')];
  const ending = name.lastIndexOf('.');
  if (name.length <= NAME) return name.join('') || 'file';
  const tail = ending > 0 && name.length - ending <= 16 ? name.slice(ending) : [];
  return [...name.slice(0, NAME - tail.length), ...tail].join('');
}
