import { z } from '@hono/zod-openapi';

/** Where a heading stands; those with the same position stand in the order they were made. */
export const positionField = z.int().min(0).max(1_000_000);
