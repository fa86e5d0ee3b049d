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

/** What an unchanged LayIM front end asks for, under `/layim`. Its socket is the gateway's. */
export const layim: readonly Operation[] = [
  {
    add: (app) => {
      const router = new OpenAPIHono<CallerEnv>({ defaultHook: onInvalid });
      router.onError(onError);
      // Its address says enough; all others need a token.
      addMedia(router);
      router.use(authenticatePage);
      addInit(router);
      addMembers(router);
      addUploads(router);
      app.route('/layim', router);
    },
  },
];
