/** Thrown if the S3 store does not respond or refuses a request. */
export class MediaStoreError extends Error {
  override name = 'MediaStoreError';
}
