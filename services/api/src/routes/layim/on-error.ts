import type { Problem } from '@parley/protocol';
import type { Context } from 'hono';
import type { CallerEnv, OpenEnv } from '../../app-context.ts';
import { onError as answerProblem } from '../../http/on-error.ts';

/**
 * Responds to an error in LayIM's format. The HTTP status is always 200, because LayIM only then
 * shows the message; `code` is the status that other routes would use.
 */
export async function onError(error: Error, c: Context<CallerEnv>): Promise<Response> {
  const answer = answerProblem(error, c as unknown as Context<OpenEnv>);
  const { status, detail, title } = (await answer.json()) as Problem;
  const retryAfter = answer.headers.get('retry-after');
  const headers = { 'cache-control': 'no-store', ...(retryAfter === null ? {} : { 'retry-after': retryAfter }) };
  return Response.json({ code: status, msg: detail ?? title, data: {} }, { headers });
}
