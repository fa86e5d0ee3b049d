import { z } from '@hono/zod-openapi';

/** The position of a friend group. Equal positions are ordered by creation. */
export const positionField = z.int().min(0).max(1_000_000);
