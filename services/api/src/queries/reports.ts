import type { Database } from '@parley/database';
import type { Message, Report, ReportReason } from '@parley/protocol';
import { sql } from 'kysely';

/** Adds a report. Undefined if the reporter already has an open report about this target. */
export async function insertReport(db: Database, report: NewReport): Promise<ServerReport | undefined> {
  const row = await db
    .insertInto('reports')
    .values({
      reporter_id: report.reporter,
      kind: report.kind,
      target_id: report.target,
      message_id: report.message?.id ?? 0,
      user_id: report.user,
      group_id: report.group,
      message: report.message && JSON.stringify(report.message),
      reason: report.reason,
      text: report.text,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  return row && (await getReport(db, row.id));
}

/** Returns a report. Undefined if it does not exist. */
export async function getReport(db: Database, id: number): Promise<ServerReport | undefined> {
  return await reports(db).where('r.id', '=', id).executeTakeFirst();
}

/** Lists reports, newest first, with ids below `before`. */
export async function listReports(db: Database, { state, reporter, before, limit }: Which): Promise<ServerReport[]> {
  return await reports(db)
    .$if(state !== undefined, (query) => query.where('r.state', '=', state as Report['state']))
    .$if(reporter !== undefined, (query) => query.where('r.reporter_id', '=', reporter as number))
    .$if(before !== undefined, (query) => query.where('r.id', '<', before as number))
    .orderBy('r.id', 'desc')
    .limit(limit)
    .execute();
}

/**
 * Changes the given fields of a report. Throws PostgreSQL's error if the reporter has another open
 * report about this target.
 */
export async function updateReport(db: Database, id: number, changes: ReportChanges): Promise<void> {
  await db
    .updateTable('reports')
    .set({ ...changes, updated: Date.now() })
    .where('id', '=', id)
    .execute();
}

/** Converts a report row to the form that its reporter receives. */
export function toReport({ id, kind, user, group, message, reason, text, state, created }: ServerReport): Report {
  return { id, kind, user, group, message: message?.id ?? null, reason, text, state, created };
}

function reports(db: Database) {
  return db
    .selectFrom('reports as r')
    .select(['r.id', 'r.reporter_id as reporter', 'r.kind', 'r.user_id as user', 'r.group_id as group'])
    .select(sql<Message | null>`r.message`.as('message'))
    .select(sql<ReportReason>`r.reason`.as('reason'))
    .select(sql<string>`r.text`.as('text'))
    .select(sql<Report['state']>`r.state`.as('state'))
    .select(sql<string>`r.note`.as('note'))
    .select(sql<number>`r.created`.as('created'))
    .select(sql<number>`r.updated`.as('updated'));
}

interface NewReport {
  reporter: number;
  kind: Report['kind'];
  /** Id of the reported user or group, or of the chat that contains the reported message. */
  target: number;
  user: number | null;
  group: number | null;
  message: Message | null;
  reason: ReportReason;
  text: string;
}

interface Which {
  state?: Report['state'] | undefined;
  reporter?: number;
  before?: number | undefined;
  limit: number;
}

interface ReportChanges {
  state?: Report['state'] | undefined;
  note?: string | undefined;
}

/** A report in the form that moderators receive. */
export type ServerReport = Omit<Report, 'message'> & {
  reporter: number;
  message: Message | null;
  note: string;
  updated: number;
};
