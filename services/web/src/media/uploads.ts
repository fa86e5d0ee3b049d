import type { Parley } from '@parley/client';
import type { Media } from '@parley/protocol';
import { reactive, shallowReactive } from 'vue';
import { onSignOut } from '../core/sign-out.ts';
import { kindOf, type MediaBody, type MediaKind } from './kinds.ts';
import { type FileMetadata, probe } from './probe.ts';
import type { Transfer } from './transfer.ts';
import { type Upload, type UploadRecord, uploadName } from './upload.ts';
import { ownUpload } from './upload-lock.ts';
import { UploadStore } from './upload-store.ts';

/** Maximum number of concurrent uploads. Further uploads wait. */
const MAX_PARALLEL = 2;

const uploads = shallowReactive<Upload[]>([]);
const transfers = new Map<string, Transfer>();
/** Key of each upload that this tab owns -> function that releases its lock. */
const releases = new Map<string, () => void>();
let store: UploadStore | undefined;
let lastOrder = 0;

/** Returns the uploads of a chat in the order in which the user chose the files. */
export function uploadsOf(chat: number): Upload[] {
  return uploads.filter((upload) => upload.chat === chat);
}

/** Uploads files and sends each one as a message, in the order of `files`. */
export function sendFiles(parley: Parley, chat: number, files: readonly File[], caption = ''): void {
  for (const [index, file] of files.entries()) {
    add(parley, record(chat, file, kindOf(file.type), {}, index === files.length - 1 ? caption : ''));
  }
}

/**
 * Uploads a recording and sends it as a message. Passes its length in seconds, because the file
 * does not contain it.
 */
export function sendVoice(parley: Parley, chat: number, file: File, seconds: number): void {
  add(parley, record(chat, file, 'audio', { duration: Number(seconds.toFixed(2)) }));
}

/**
 * Continues the uploads that an earlier visit of the page left unfinished. If another open tab owns
 * an upload, continues it only when that tab closes.
 */
export async function restoreUploads(parley: Parley): Promise<void> {
  const found = (await openStore(parley)?.all()) ?? [];
  for (const stored of found) {
    if (!uploads.some(({ key }) => key === stored.key)) add(parley, stored, true);
  }
}

/** Pauses an upload until `resumeUpload` continues it. */
export function pauseUpload(upload: Upload): void {
  upload.state = 'paused';
  transfers.get(upload.key)?.stop();
}

/** Continues an upload that is paused or has failed. */
export function resumeUpload(parley: Parley, upload: Upload): void {
  delete upload.error;
  upload.state = 'waiting';
  startNext(parley);
}

/** Cancels an upload and deletes it, also on the server. */
export function cancelUpload(parley: Parley, upload: Upload): void {
  void transfers
    .get(upload.key)
    ?.cancel()
    .catch(() => {});
  remove(upload);
  startNext(parley);
  sendUploaded(parley, upload.chat);
}

function record(chat: number, file: File, kind: MediaKind, metadata: FileMetadata, caption = '') {
  lastOrder = Math.max(Date.now(), lastOrder + 1);
  return { key: crypto.randomUUID(), chat, order: lastOrder, file, name: uploadName(file), kind, metadata, caption };
}

function add(parley: Parley, stored: UploadRecord, restored = false): void {
  void ownUpload(stored.key, async () => {
    // Skips an upload that another tab finished while this tab waited for the lock.
    if (restored && !(await openStore(parley)?.all())?.some(({ key }) => key === stored.key)) return;
    await new Promise<void>((release) => {
      releases.set(stored.key, release);
      const shown = stored.kind === 'image' || stored.kind === 'video';
      const preview = shown ? URL.createObjectURL(stored.file) : undefined;
      const upload: Upload = reactive({ ...stored, preview, progress: 0, state: 'waiting', stored: restored });
      const at = uploads.findIndex(({ order }) => order > upload.order);
      uploads.splice(at < 0 ? uploads.length : at, 0, upload);
      void save(parley, upload);
      startNext(parley);
    });
  });
}

async function save(parley: Parley, upload: Upload): Promise<void> {
  const saved = (await openStore(parley)?.save(upload)) ?? false;
  upload.stored = saved;
  // Deletes the stored file if the upload was sent or cancelled during the write.
  if (!uploads.includes(upload)) await store?.delete(upload.key);
}

function startNext(parley: Parley): void {
  const free = MAX_PARALLEL - uploads.filter(({ state }) => state === 'uploading').length;
  const waiting = uploads.filter(({ state }) => state === 'waiting').slice(0, Math.max(0, free));
  for (const upload of waiting) {
    upload.state = 'uploading';
    void start(parley, upload);
  }
}

async function start(parley: Parley, upload: Upload): Promise<void> {
  try {
    const running = transfers.get(upload.key) ?? (await open(parley, upload));
    if (upload.state === 'uploading') running.start();
  } catch {
    fail(parley, upload, 'unreachable');
  }
}

async function open(parley: Parley, upload: Upload): Promise<Transfer> {
  const { file, kind } = upload;
  const [{ createTransfer }, probed] = await Promise.all([import('./transfer.ts'), probe(file, kind)]);
  const transfer = createTransfer(
    parley,
    { file, id: upload.id, name: upload.name, ...probed, ...upload.metadata },
    {
      onCreated: (id) => {
        upload.id = id;
        void openStore(parley)?.saveId(upload.key, id);
      },
      onProgress: (share) => {
        upload.progress = share;
      },
      onFailure: (reason) => fail(parley, upload, reason),
      onDone: (media) => {
        Object.assign(upload, { media, state: 'uploaded', progress: 1 });
        sendUploaded(parley, upload.chat);
        startNext(parley);
      },
    },
  );
  transfers.set(upload.key, transfer);
  return transfer;
}

function fail(parley: Parley, upload: Upload, error: NonNullable<Upload['error']>): void {
  Object.assign(upload, { state: 'failed', error });
  startNext(parley);
  sendUploaded(parley, upload.chat);
}

/**
 * Sends files in the order in which the user chose them, until one is still waiting or uploading.
 * Skips paused and failed files.
 */
function sendUploaded(parley: Parley, chat: number): void {
  for (const upload of uploadsOf(chat)) {
    if (upload.state === 'waiting' || upload.state === 'uploading') return;
    if (!upload.media) continue;
    void parley.send(chat, bodyOf(upload.kind, upload.media), { ref: upload.key }).catch(() => {});
    if (upload.caption !== '') void parley.send(chat, upload.caption, { ref: `${upload.key}-text` }).catch(() => {});
    remove(upload);
  }
}

function remove(upload: Upload): void {
  if (upload.preview) URL.revokeObjectURL(upload.preview);
  const at = uploads.findIndex(({ key }) => key === upload.key);
  if (at >= 0) uploads.splice(at, 1);
  transfers.delete(upload.key);
  void store?.delete(upload.key).finally(() => {
    releases.get(upload.key)?.();
    releases.delete(upload.key);
  });
}

/**
 * Returns the message body for an uploaded file. If the server detected another type of content
 * than expected, sends it as a plain file.
 */
function bodyOf(wanted: MediaKind, { id, ...media }: Media): MediaBody {
  const found = kindOf(media.mime);
  const type = found === wanted || (found === 'video' && wanted === 'audio') ? wanted : 'file';
  return { type, media: id, ...media };
}

function openStore(parley: Parley): UploadStore | undefined {
  try {
    if (parley.user) store ??= new UploadStore(parley.user);
  } catch {
    // The browser refuses storage. The `beforeunload` listener below warns the user about unsaved
    // uploads.
  }
  return store;
}

addEventListener('beforeunload', (event) => {
  if (uploads.some(({ stored, state }) => !stored && state !== 'failed')) event.preventDefault();
});

onSignOut((forget) => {
  for (const upload of [...uploads]) {
    if (forget)
      void transfers
        .get(upload.key)
        ?.cancel()
        .catch(() => {});
    else transfers.get(upload.key)?.stop();
    if (upload.preview) URL.revokeObjectURL(upload.preview);
    if (forget) void store?.delete(upload.key);
    releases.get(upload.key)?.();
  }
  uploads.splice(0);
  transfers.clear();
  releases.clear();
  store = undefined;
});
