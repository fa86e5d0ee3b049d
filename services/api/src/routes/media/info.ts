import { idParams } from '../../http/fields.ts';
import { callerOperation } from '../../http/operation.ts';
import { toMedia } from '../../queries/media.ts';
import { requireMedia } from './require-media.ts';
import { whole } from './schemas.ts';

/** Returns the properties of a media file, such as its name and size. */
export const info = callerOperation(
  {
    method: 'get',
    operationId: 'getMediaInfo',
    path: '/v1/media/{id}/info',
    tags: ['Media'],
    summary: 'Name, size and type of a media, in the form of a message body',
    request: { params: idParams },
    responses: { 200: whole('The media') },
    refuses: ['not-found'],
  },
  async (c) => {
    const { context, caller } = c.var;
    return c.json(toMedia(await requireMedia(context, caller.user, c.req.valid('param').id)), 200);
  },
);
