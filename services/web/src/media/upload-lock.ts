/**
 * Runs `work` while this tab owns an upload, so that two tabs do not continue the same one. Waits
 * while another tab owns it. Without the Web Locks API it runs at once.
 *
 * @param work runs while the tab owns the upload, until its promise settles
 */
export async function ownUpload(key: string, work: () => Promise<void>): Promise<void> {
  if (!navigator.locks) return work();
  await navigator.locks.request(`parley-upload:${key}`, work);
}
