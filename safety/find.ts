import type { Database } from '../database.ts';
import { sql } from '../database.ts';

export type FoundAccount = {
  id: string;
  created_at: Date;
  locked_at: Date | null;
  lock_reason: string | null;
  source: string | null;
  bound_at: Date | null;
  binding_expires_at: Date | null;
};

/** Accounts with this person or phone now; several may answer at one phone. Nothing sealed is opened. */
export const findAccounts = (
  db: Database,
  { kind, key }: { kind: 'personal-number' | 'phone'; key: Buffer },
) =>
  db.rows<FoundAccount>(sql`
    select a.id, a.created_at, a.locked_at, a.lock_reason, b.source, b.bound_at, b.expires_at as binding_expires_at
    from account a
    left join identity_binding b on b.account_id = a.id and b.ended_at is null
    where (${kind} = 'personal-number' and b.number_key = ${key})
      or (${kind} = 'phone' and exists (select from phone p where p.account_id = a.id and p.ended_at is null and p.phone_key = ${key}))
    order by a.created_at limit 20`);
