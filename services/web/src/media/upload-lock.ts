/**
 * Runs `work` while this tab holds the lock on an upload, so that two tabs do not continue the same
 * upload. Waits while another tab holds the lock. Without the Web Locks API, runs `work` at once.
 *
 * @param work the tab holds the lock until this promise settles
 */
export async function ownUpload(key: string, work: () => Promise<void>): Promise<void> {
  if (!navigator.locks) return work();
  await navigator.locks.request(`parley-upload:${key}`, work);
}
