// States of sign-ons under way. Made, looked up and spent on pages that no transaction surrounds, so
// requests at the same moment share their statements.

import type { Database } from '../database.ts';
import { sql } from '../database.ts';

type NewState = {
  readonly key: Buffer;
  readonly provider: string;
  readonly interactionUid: string;
  readonly expiresAt: Date;
};
type Lookup = { readonly key: Buffer; readonly now: Date };
type Answer = {
  readonly key: Buffer;
  readonly provider: string;
  readonly interactionUid: string;
  readonly now: Date;
};
type Found = { readonly provider: string; readonly interaction_uid: string };

export const insertUpstreamState = (db: Database, state: NewState) => db.together(insertStates, state);

/** A live, unspent state. */
export const findUpstreamState = (db: Database, lookup: Lookup) => db.together(findStates, lookup);

/** Spends a state. True for one answer only, however many come at once. */
export const consumeUpstreamState = (db: Database, answer: Answer) => db.together(consumeStates, answer);

async function insertStates(db: Database, states: readonly NewState[]): Promise<readonly undefined[]> {
  // Outside a transaction nobody waits for the disk: a crash that loses a state costs a second try.
  const commit = db.inTransaction() ? '' : 'off';
  await db.run(sql`
    insert into upstream_state (state_key, provider, interaction_uid, expires_at)
    select fresh.* from (select case when ${commit}::text <> '' then set_config('synchronous_commit', ${commit}::text, true) end) as how,
      unnest(${states.map(({ key }) => key)}::bytea[], ${states.map(({ provider }) => provider)}::text[],
      ${states.map(({ interactionUid }) => interactionUid)}::text[], ${states.map(({ expiresAt }) => expiresAt)}::timestamptz[]) as fresh`);
  return states.map(() => undefined);
}

async function findStates(db: Database, lookups: readonly Lookup[]): Promise<readonly (Found | undefined)[]> {
  const rows = await db.rows<Found & { state_key: Buffer; expires_at: Date }>(sql`
    select state_key, provider, interaction_uid, expires_at from upstream_state
    where state_key = any(${lookups.map(({ key }) => key)}::bytea[]) and consumed_at is null`);
  return lookups.map(({ key, now }) => rows.find((row) => row.state_key.equals(key) && row.expires_at > now));
}

async function consumeStates(db: Database, answers: readonly Answer[]): Promise<readonly boolean[]> {
  const rows = await db.rows<{ state_key: Buffer }>(sql`
    update upstream_state s set consumed_at = a.now
    from unnest(${answers.map(({ key }) => key)}::bytea[], ${answers.map(({ provider }) => provider)}::text[],
      ${answers.map(({ interactionUid }) => interactionUid)}::text[], ${answers.map(({ now }) => now)}::timestamptz[]) as a (key, provider, uid, now)
    where s.state_key = a.key and s.provider = a.provider and s.interaction_uid = a.uid
      and s.expires_at > a.now and s.consumed_at is null
    returning s.state_key`);
  const spent = new Set(rows.map((row) => row.state_key.toString('latin1')));
  // Of two answers with one state in this statement the first takes it out of the set.
  return answers.map(({ key }) => spent.delete(key.toString('latin1')));
}
