/** Length in pixels to which the longer side of a picture is scaled down. */
const MAX_SIDE = 2048;

/** Quality with which a scaled picture is encoded, from 0 to 1. */
const QUALITY = 0.85;

/** Returns whether `shrink` can scale down a file. Animated formats are sent unchanged. */
export function isShrinkable({ type }: File): boolean {
  return /^image\/(jpeg|png|webp)$/.test(type);
}

/**
 * Scales a picture down to 2048 pixels on its longer side and removes the camera's metadata, such
 * as the location. Returns the original file if it is already small enough, if the result has more
 * bytes, or if the browser cannot decode the picture.
 */
export async function shrink(file: File): Promise<File> {
  if (!isShrinkable(file)) return file;
  try {
    const bitmap = await createImageBitmap(file);
    const scale = MAX_SIDE / Math.max(bitmap.width, bitmap.height);
    if (scale >= 1) return file;
    const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    // Encodes a JPEG as JPEG again. Encodes other formats as WebP, which keeps transparency.
    const type = file.type === 'image/jpeg' ? file.type : 'image/webp';
    const blob = await canvas.convertToBlob({ type, quality: QUALITY });
    if (blob.size >= file.size || blob.type !== type) return file;
    const name = type === file.type ? file.name : `${file.name.replace(/\.png$/i, '')}.webp`;
    return new File([blob], name, { type, lastModified: file.lastModified });
  } catch {
    return file;
  }
}
