import type { Problem } from '@parley/protocol';
import type { Context } from 'hono';
import type { CallerEnv, OpenEnv } from '../../app-context.ts';
import { onError as answerProblem } from '../../http/on-error.ts';

/**
 * Answers an error as LayIM takes it: `code` is the HTTP status that it would have elsewhere. The status itself is 200, since only of such an
 * answer LayIM shows the message.
 */
export async function onError(error: Error, c: Context<CallerEnv>): Promise<Response> {
  const answer = answerProblem(error, c as unknown as Context<OpenEnv>);
  const { status, detail, title } = (await answer.json()) as Problem;
  const retryAfter = answer.headers.get('retry-after');
  const headers = { 'cache-control': 'no-store', ...(retryAfter === null ? {} : { 'retry-after': retryAfter }) };
  return Response.json({ code: status, msg: detail ?? title, data: {} }, { headers });
}
