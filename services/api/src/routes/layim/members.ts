import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { CallerEnv } from '../../app-context.ts';
import { idField } from '../../http/fields.ts';
import { getRole, listMembers } from '../../queries/group-members.ts';
import { noGroup } from '../groups/enter-group.ts';
import { layimAnswers, personSchema, toPerson } from './schemas.ts';

const dataSchema = z.object({ owner: personSchema, members: z.int(), list: z.array(personSchema) });

/** Maximum number of members in the response. */
const MOST = 500;

/** Lists the members of a group of the caller, in the form that LayIM shows above a chat. */
export function addMembers(router: OpenAPIHono<CallerEnv>): void {
  router.openapi(
    {
      method: 'get',
      operationId: 'layimMembers',
      path: '/members',
      tags: ['LayIM'],
      summary: 'The members of a group, for LayIM',
      security: [{ accessToken: [] }],
      request: { query: z.object({ id: idField }) },
      responses: layimAnswers(dataSchema, 'The members, the owner first'),
    },
    async (c) => {
      const { db } = c.var.context;
      const { id } = c.req.valid('query');
      if ((await getRole(db, id, c.var.caller.user)) === undefined) throw noGroup();
      const list = (await listMembers(db, id, undefined, MOST)).map(({ user, alias }) => toPerson(user, alias));
      const [owner = list[0]] = list;
      return c.json({ code: 0, msg: '', data: { owner, members: list.length, list } }, 200);
    },
  );
}
