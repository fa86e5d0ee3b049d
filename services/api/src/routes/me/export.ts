import { exportDescription, exportResponse } from '../../export/export-response.ts';
import { limitRate } from '../../http/limit-rate.ts';
import { callerOperation } from '../../http/operation.ts';

/** Returns all stored data about the caller as one archive, which is generated while it is sent. */
export const exportAll = callerOperation(
  {
    method: 'get',
    operationId: 'exportMe',
    path: '/v1/me/export',
    tags: ['Accounts'],
    summary: 'Export all your data as one archive',
    description:
      'A zip archive of JSON Lines (`profile`, `sessions`, `friends`, `friend-groups`, `friend-requests`, `blocks`, `groups`, `chats`, ' +
      '`media`, each `.jsonl`; `messages/<user>.jsonl` and `messages/g<group>.jsonl`, ascending) and of the files you uploaded (`media/`). ' +
      'An answer that breaks off is not complete: ask again.',
    responses: { 200: exportDescription },
    refuses: ['too-many'],
  },
  async (c) => {
    const { context, requestId } = c.var;
    const { user: me } = c.var.caller;
    await limitRate(context, 'export', me, context.config.perMinute.exports);
    return exportResponse(context, me, requestId);
  },
);
