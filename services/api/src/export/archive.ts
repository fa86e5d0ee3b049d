import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';

/**
 * A zip archive as a stream that is made while it is read: one file after the other, each opened when its turn comes, so that
 * however large it is little is held. If a file fails, so does the stream; if the stream is destroyed, so is the file under way.
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
        // Not all errors of a file reach the archive by themselves.
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

/** A file of things that have a line of JSON each, read page by page. */
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
  /** Its path, with `/` between folders. */
  name: string;
  /** Whether it gets smaller by it. */
  compress: boolean;
  open: () => Readable;
}
