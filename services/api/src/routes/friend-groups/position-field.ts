import { z } from '@hono/zod-openapi';

/**
 * The position of a friend group in the list. Friend groups with the same position are ordered by
 * creation.
 */
export const positionField = z.int().min(0).max(1_000_000);
