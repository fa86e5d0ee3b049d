import { audit } from '../../../accounts/audit.ts';
import { changes, idParams, line } from '../../../http/fields.ts';
import { jsonBody, jsonResponse, serverOperation } from '../../../http/operation.ts';
import { Refusal } from '../../../http/refusal.ts';
import { reportSchema } from '../../../http/schemas.ts';
import { getReport, updateReport } from '../../../queries/reports.ts';
import { serverReportSchema } from './schemas.ts';

const schema = changes({
  state: reportSchema.shape.state.optional(),
  note: line(1000, 0).optional(),
});

/** Closes or reopens a report, or adds a note to it. */
export const updateServerReport = serverOperation(
  {
    method: 'patch',
    operationId: 'updateServerReport',
    path: '/v1/server/reports/{id}',
    scope: 'moderate',
    tags: ['Server'],
    summary: 'Close a report',
    request: { params: idParams, body: jsonBody(schema) },
    responses: { 200: jsonResponse(serverReportSchema, 'The report as changed') },
    refuses: ['not-found', 'conflict'],
  },
  async (c) => {
    const { db } = c.var.context;
    const { id } = c.req.valid('param');
    const given = c.req.valid('json');
    await refuseSecondOpen(updateReport(db, id, given));
    const report = await getReport(db, id);
    if (report === undefined) throw new Refusal('not-found', 'This report does not exist.');
    audit(c, 'report.updated', { report: id, state: report.state });
    return c.json(report, 200);
  },
);

async function refuseSecondOpen(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    const taken = error instanceof Error && 'constraint' in error && error.constraint === 'reports_open';
    throw taken ? new Refusal('conflict', 'The reporter has another open report of the same target.') : error;
  }
}
