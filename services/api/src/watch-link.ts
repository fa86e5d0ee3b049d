import type { Link } from '@parley/redis';

/**
 * Asks Redis now and then whether it is there. When it says nothing for `silence` ms though the connection seems to be up, the
 * connection is dropped: what waits for it rejects, and what is asked meanwhile does so at once. Answers how to stop.
 */
export function watchLink(link: Link, silence: number): () => void {
  let waiting = false;
  const ask = async (): Promise<void> => {
    if (waiting) return;
    waiting = true;
    const late = setTimeout(() => link.reset(), silence);
    await link.client.ping().catch(() => {});
    clearTimeout(late);
    waiting = false;
  };
  const timer = setInterval(ask, silence / 2);
  return () => clearInterval(timer);
}
