import jsQR from 'jsqr';
import type { Page } from 'playwright-core';

/** Returns the text of the QR code on a page. */
export async function readQrCode(page: Page): Promise<string | undefined> {
  const side = 400;
  const pixels = await page.getByRole('img', { name: 'QR code' }).evaluate(async (svg, size) => {
    const image = new Image(size, size);
    image.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(svg))}`;
    await image.decode();
    const context = new OffscreenCanvas(size, size).getContext('2d') as OffscreenCanvasRenderingContext2D;
    context.drawImage(image, 0, 0, size, size);
    return [...context.getImageData(0, 0, size, size).data];
  }, side);
  return jsQR(Uint8ClampedArray.from(pixels), side, side)?.data;
}
