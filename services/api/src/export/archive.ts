import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';

/**
 * Creates a zip archive as a stream. Opens one file after the other, so memory use stays small. If
 * a file fails, the stream fails. If the stream is destroyed, the open file is closed.
 */
export function archive(files: AsyncIterable<ArchivedFile>): Readable {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  const fail = (error: unknown) => output.destroy(error instanceof Error ? error : new Error(String(error)));
  let current: Readable | undefined;
  zip.on('error', fail);
  output.on('close', () => current?.destroy());
  const add = async (): Promise<void> => {
    for await (const { name, compress, open } of files) {
      if (output.destroyed) return;
      zip.addReadStreamLazy(name, { compress, mtime: new Date() }, (begin) => {
        current = open();
        // Forwards errors of the file, because the library does not forward all of them.
        current.on('error', fail);
        if (output.destroyed) current.destroy();
        begin(null, current);
      });
    }
    zip.end();
  };
  add().catch(fail);
  return output;
}

/** Creates a file with one line of JSON per item. Reads the items page by page. */
export function linesFile(name: string, pages: () => AsyncIterable<readonly unknown[]>): ArchivedFile {
  const open = () =>
    Readable.from(
      (async function* () {
        for await (const page of pages()) {
          if (page.length > 0) yield Buffer.from(`${page.map((item) => JSON.stringify(item)).join('\n')}\n`);
        }
      })(),
    );
  return { name, compress: true, open };
}

/** One file of an archive. */
export interface ArchivedFile {
  /** Path of the file in the archive, with `/` between folders. */
  name: string;
  /** Whether to compress the file. False for files that compression would not make smaller. */
  compress: boolean;
  open: () => Readable;
}
