import type { Database } from '../database.ts';
import { sql } from '../database.ts';

/** 1: never seen before. */
export const insertChallenge = (db: Database, challengeKey: Buffer, expiresAt: Date, now: Date) =>
  db.run(sql`
    insert into chip_challenge (challenge_key, seen_at, expires_at) values (${challengeKey}, ${now}, ${expiresAt})
    on conflict (challenge_key) do nothing`);

export const findChallenge = (db: Database, challengeKey: Buffer) =>
  db.row<{ seen_at: Date }>(sql`select seen_at from chip_challenge where challenge_key = ${challengeKey}`);
