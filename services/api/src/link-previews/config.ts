import { duration, integer, type Networks, networks, oneOf, size, type Values } from '@parley/service';

/** Defines the environment variables for link previews. README.md documents them. */
export const linkPreviewVariables = {
  LINK_PREVIEWS: oneOf(['on', 'off'], { default: 'off' }),
  LINK_PREVIEWS_PER_MINUTE: integer({ min: 1, default: 30 }),
  LINK_PREVIEW_CONCURRENCY: integer({ min: 1, max: 1000, default: 16 }),
  LINK_PREVIEW_TIMEOUT: duration({ min: 100, max: 60_000, default: 10_000 }),
  LINK_PREVIEW_MAX_PAGE: size({ min: 1024, max: 16 * 1024 * 1024, default: 1024 * 1024 }),
  LINK_PREVIEW_MAX_PICTURE: size({ min: 1024, max: 64 * 1024 * 1024, default: 4 * 1024 * 1024 }),
  LINK_PREVIEW_CACHE: integer({ min: 1, max: 1_000_000, default: 10_000 }),
  LINK_PREVIEW_TTL: duration({ min: 1000, default: 24 * 3_600_000 }),
  LINK_PREVIEW_NETWORKS: networks(),
};

/** Converts the environment variables for link previews to `LinkPreviewConfig`. */
export function linkPreviewConfig(value: Values<typeof linkPreviewVariables>): LinkPreviewConfig {
  return {
    enabled: value.LINK_PREVIEWS === 'on',
    perMinute: value.LINK_PREVIEWS_PER_MINUTE,
    concurrency: value.LINK_PREVIEW_CONCURRENCY,
    timeout: value.LINK_PREVIEW_TIMEOUT,
    maxPage: value.LINK_PREVIEW_MAX_PAGE,
    maxPicture: value.LINK_PREVIEW_MAX_PICTURE,
    cache: value.LINK_PREVIEW_CACHE,
    ttl: value.LINK_PREVIEW_TTL,
    allowed: value.LINK_PREVIEW_NETWORKS,
  };
}

export interface LinkPreviewConfig {
  /** Whether the api fetches web pages for link previews. */
  enabled: boolean;
  /** Maximum number of previews per user and minute. Cached previews do not count. */
  perMinute: number;
  /**
   * Maximum number of requests that wait for a page, per process. One user can have at most a
   * quarter of these requests.
   */
  concurrency: number;
  /** Ms within which a page and its picture must arrive. */
  timeout: number;
  /** Maximum bytes of a page that are read, counted after decompression. */
  maxPage: number;
  /** Maximum bytes of a picture, counted after decompression. */
  maxPicture: number;
  /** Maximum number of previews in the cache. */
  cache: number;
  /** Ms for which a preview is cached. */
  ttl: number;
  /**
   * Networks at non-public addresses from which link previews can be fetched, at any port. All
   * other non-public addresses are refused.
   */
  allowed: Networks;
}
