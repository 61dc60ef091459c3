import type { Database } from '../database.ts';
import { sql } from '../database.ts';
import { accountIdOf, staffIdOf } from './owner.ts';
import type { Owner, OwnerColumns } from './owner.ts';

export type PasskeyRow = OwnerColumns & {
  id: string;
  user_handle: Buffer;
  credential_id: Buffer;
  public_key: Buffer;
  sign_count: number;
  device: 'single' | 'multi';
  transports: string[];
  name_sealed: Buffer;
  created_at: Date;
  last_used_at: Date | null;
  suspect_at: Date | null;
};

export const insertOwner = (db: Database, owner: Owner, userHandle: Buffer) =>
  db.run(sql`
    insert into passkey_owner (user_handle, account_id, staff_id)
    values (${userHandle}, ${accountIdOf(owner)}, ${staffIdOf(owner)}) on conflict do nothing`);

export const findUserHandle = (db: Database, owner: Owner) =>
  db.row<{ user_handle: Buffer }>(sql`
    select user_handle from passkey_owner where account_id = ${accountIdOf(owner)}::uuid or staff_id = ${staffIdOf(owner)}::uuid`);

/** One passkey is added at a time, so that the most an owner may have holds. */
export const lockUserHandle = (db: Database, owner: Owner) =>
  db.row<{ user_handle: Buffer }>(sql`
    select user_handle from passkey_owner where account_id = ${accountIdOf(owner)}::uuid or staff_id = ${staffIdOf(owner)}::uuid
    for update`);

export const findPasskeys = (db: Database, owner: Owner) =>
  db.rows<PasskeyRow>(sql`
    select o.account_id, o.staff_id, p.id, p.user_handle, p.credential_id, p.public_key, p.sign_count, p.device,
      p.transports, p.name_sealed, p.created_at, p.last_used_at, p.suspect_at
    from passkey p join passkey_owner o using (user_handle)
    where o.account_id = ${accountIdOf(owner)}::uuid or o.staff_id = ${staffIdOf(owner)}::uuid order by p.created_at, p.id`);

export const findByCredential = (db: Database, credentialId: Buffer) =>
  db.row<PasskeyRow>(sql`
    select o.account_id, o.staff_id, p.id, p.user_handle, p.credential_id, p.public_key, p.sign_count, p.device,
      p.transports, p.name_sealed, p.created_at, p.last_used_at, p.suspect_at
    from passkey p join passkey_owner o using (user_handle) where p.credential_id = ${credentialId}`);

export const insertPasskey = (
  db: Database,
  row: {
    id: string;
    userHandle: Buffer;
    credentialId: Buffer;
    publicKey: Buffer;
    signCount: number;
    device: 'single' | 'multi';
    backedUp: boolean;
    transports: readonly string[];
    aaguid: string;
    nameSealed: Buffer;
  },
  now: Date,
) =>
  db.run(sql`
    insert into passkey (id, user_handle, credential_id, public_key, sign_count, device, backed_up, transports, aaguid, name_sealed, created_at)
    values (${row.id}, ${row.userHandle}, ${row.credentialId}, ${row.publicKey}, ${row.signCount}, ${row.device}, ${row.backedUp},
      ${row.transports}, ${row.aaguid}, ${row.nameSealed}, ${now})
    on conflict (credential_id) do nothing`);

/** A count must grow; a device that keeps none always says 0. 0 rows: two devices answer with this key. */
export const useCount = (db: Database, use: { id: string; count: number }, now: Date) =>
  db.run(sql`
    update passkey set sign_count = ${use.count}, last_used_at = ${now}
    where id = ${use.id} and suspect_at is null and (sign_count < ${use.count} or (sign_count = 0 and ${use.count}::bigint = 0))`);

export const suspectPasskey = (db: Database, id: string, now: Date) =>
  db.run(sql`update passkey set suspect_at = ${now} where id = ${id} and suspect_at is null`);

export const updatePasskeyName = (db: Database, owner: Owner, row: { id: string; nameSealed: Buffer }) =>
  db.run(sql`
    update passkey p set name_sealed = ${row.nameSealed} from passkey_owner o
    where p.id = ${row.id} and o.user_handle = p.user_handle
      and (o.account_id = ${accountIdOf(owner)}::uuid or o.staff_id = ${staffIdOf(owner)}::uuid)`);

export const deletePasskey = (db: Database, owner: Owner, id: string) =>
  db.run(sql`
    delete from passkey p using passkey_owner o
    where p.id = ${id} and o.user_handle = p.user_handle
      and (o.account_id = ${accountIdOf(owner)}::uuid or o.staff_id = ${staffIdOf(owner)}::uuid)`);

/** Every one of an owner. */
export const dropPasskeys = (db: Database, owner: Owner) =>
  db.run(sql`
    delete from passkey p using passkey_owner o
    where o.user_handle = p.user_handle
      and (o.account_id = ${accountIdOf(owner)}::uuid or o.staff_id = ${staffIdOf(owner)}::uuid)`);

export type ChallengeRow = {
  purpose: 'register' | 'authenticate';
  owner_kind: Owner['kind'];
  owner_id: string | null;
  place_key: Buffer;
  expires_at: Date;
};

export const insertChallenge = (
  db: Database,
  row: {
    key: Buffer;
    purpose: ChallengeRow['purpose'];
    ownerKind: Owner['kind'];
    ownerId: string | undefined;
    placeKey: Buffer;
    expiresAt: Date;
  },
) =>
  db.run(sql`
    insert into passkey_challenge (challenge_key, purpose, owner_kind, owner_id, place_key, expires_at)
    values (${row.key}, ${row.purpose}, ${row.ownerKind}, ${row.ownerId}, ${row.placeKey}, ${row.expiresAt})`);

/** Gone after this, whatever the answer is worth. Of any number of answers at once one gets the row. */
export const takeChallenge = (db: Database, key: Buffer) =>
  db.row<ChallengeRow>(sql`
    delete from passkey_challenge where challenge_key = ${key}
    returning purpose, owner_kind, owner_id, place_key, expires_at`);
