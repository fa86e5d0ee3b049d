import { OpenAPIHono } from '@hono/zod-openapi';
import type { CallerEnv } from '../../app-context.ts';
import { onInvalid } from '../../http/on-invalid.ts';
import type { Operation } from '../../http/operation.ts';
import { authenticatePage } from './authenticate-page.ts';
import { addInit } from './init.ts';
import { addMedia } from './media.ts';
import { addMembers } from './members.ts';
import { onError } from './on-error.ts';
import { addUploads } from './upload.ts';

/**
 * The HTTP routes under `/layim`, for an unchanged front end of LayIM, a chat library for web
 * pages. The gateway serves the WebSocket of LayIM.
 */
export const layim: readonly Operation[] = [
  {
    add: (app) => {
      const router = new OpenAPIHono<CallerEnv>({ defaultHook: onInvalid });
      router.onError(onError);
      // Adds media first, because a media URL contains a signature instead of a token. All other
      // routes require a token.
      addMedia(router);
      router.use(authenticatePage);
      addInit(router);
      addMembers(router);
      addUploads(router);
      app.route('/layim', router);
    },
  },
];
