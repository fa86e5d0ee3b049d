import type { Problem } from '@parley/protocol';
import type { Context } from 'hono';
import type { CallerEnv, OpenEnv } from '../../app-context.ts';
import { onError as answerProblem } from '../../http/on-error.ts';

/**
 * Responds to an error in LayIM's form: `code` is the HTTP status of other routes. The HTTP status
 * is 200, because LayIM shows the message only then.
 */
export async function onError(error: Error, c: Context<CallerEnv>): Promise<Response> {
  const answer = answerProblem(error, c as unknown as Context<OpenEnv>);
  const { status, detail, title } = (await answer.json()) as Problem;
  const retryAfter = answer.headers.get('retry-after');
  const headers = { 'cache-control': 'no-store', ...(retryAfter === null ? {} : { 'retry-after': retryAfter }) };
  return Response.json({ code: status, msg: detail ?? title, data: {} }, { headers });
}
