// Who may answer for a child under 16 (Luật 91/2025 Đ.24). The relationship is a paper an officer has
// seen, or an answer of the register; it belongs to the child's number, so it can be recorded before
// the child has an account, and it lapses by itself on the 16th birthday.

import { randomUUID } from 'node:crypto';
import { recordAll } from '../audit/record.ts';
import type { AccessEvent } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import type { Vault } from '../keys/vault.ts';
import { ageBand, isChild, sixteenthBirthday } from '../policies/age.ts';
import * as store from './guardian-store.ts';
import type { EvidenceKind } from './guardian-store.ts';

type House = { readonly db: Database; readonly vault: Vault; readonly origin: string };

export type NewGuardianship = {
  /** As the register knows the child: 12 digits; ISO date or year. */
  readonly child: { readonly personalNumber: string; readonly birthdate: string };
  /** The representative has an account of their own, bound to them. */
  readonly guardian: { readonly accountId: string } | { readonly personalNumber: string };
  /** `ref`: number of the paper or of the register's answer; only its keyed hash is kept. */
  readonly evidence: { readonly kind: EvidenceKind; readonly ref: string };
  /** The officer who saw the paper; absent when the register answered without one. */
  readonly officer: { readonly staffId: string; readonly communeCode: string } | undefined;
};

export type Recorded =
  | { readonly outcome: 'recorded'; readonly guardianshipId: string }
  | {
      readonly outcome: 'refused';
      /** `guardian_unbound`: no account with this number, or its binding is not in force. */
      readonly reason: 'not_a_child' | 'guardian_unbound' | 'guardian_not_adult' | 'same_person' | 'already' | 'too_many'; // prettier-ignore
    };

const refused = (reason: Extract<Recorded, { outcome: 'refused' }>['reason']): Recorded => ({
  outcome: 'refused',
  reason,
});

/** Records a legal representative. @throws Refusal invalid without a paper's number, or a paper nobody has seen */
export async function recordGuardianship(house: House, facts: NewGuardianship, now: Date): Promise<Recorded> {
  const { db, vault } = house;
  const { child, evidence, officer } = facts;
  const ref = evidence.ref.trim().normalize('NFC').toUpperCase();
  if (ref === '' || ref.length > 100) throw new Refusal('invalid', 'evidence needs its number', { reason: 'evidence' }); // prettier-ignore
  if (evidence.kind !== 'register' && officer === undefined)
    throw new Refusal('invalid', 'a paper needs an officer who has seen it', { reason: 'evidence' });
  if (!isChild(child.birthdate, now)) return refused('not_a_child');

  return db.transaction(async () => {
    const childNumberKey = vault.keyOf('personal-number', child.personalNumber);
    const guardianAccountId = await accountOf(house, facts.guardian);
    const guardian =
      guardianAccountId === undefined ? undefined : await store.findBoundPerson(db, guardianAccountId, now);
    if (guardianAccountId === undefined || guardian === undefined) return refused('guardian_unbound');
    if (guardian.number_key.equals(childNumberKey)) return refused('same_person');
    const birthdate = openBirthdate(vault, guardian);
    if (birthdate === undefined || ageBand(birthdate, now) !== 'adult') return refused('guardian_not_adult');

    const id = randomUUID();
    const row = {
      id,
      childNumberKey,
      guardianAccountId,
      evidenceKind: evidence.kind,
      evidenceRefKey: vault.keyOf('paper', `${evidence.kind}|${ref}`),
      staffId: officer?.staffId,
      communeCode: officer?.communeCode,
      endsAt: sixteenthBirthday(child.birthdate),
    };
    while ((await store.insertGuardianship(db, row, now)) !== 1) {
      const count = await store.countGuardianships(db, childNumberKey, guardianAccountId);
      if (count !== undefined && count.same > 0) return refused('already');
      // Otherwise another representative took the slot at the same moment, and the next one is tried.
      if (count === undefined || count.live >= 4) return refused('too_many');
    }
    const details = { guardianship: id, evidence: evidence.kind, staff: officer?.staffId, commune: officer?.communeCode }; // prettier-ignore
    await recordForBoth(house, { kind: 'guardian.recorded', outcome: 'ok', actor: officer === undefined ? 'system' : 'operator', details }, { guardianAccountId, childNumberKey }, now); // prettier-ignore
    return { outcome: 'recorded', guardianshipId: id };
  });
}

/** Ends a representation before its time (a court's word, a mistake). `false`: it had ended already, or never was. */
export async function endGuardianship(
  house: House,
  { guardianshipId, staffId, reason }: { guardianshipId: string; staffId: string | undefined; reason: 'court' | 'mistake' | 'request' }, // prettier-ignore
  now: Date,
): Promise<boolean> {
  return house.db.transaction(async () => {
    const row = await store.endGuardianshipRow(house.db, guardianshipId, now);
    if (row === undefined) return false;
    const who = { guardianAccountId: row.guardian_account_id, childNumberKey: row.child_number_key };
    const details = { guardianship: guardianshipId, reason, staff: staffId };
    await recordForBoth(
      house,
      { kind: 'guardian.ended', outcome: 'ok', actor: 'operator', details },
      who,
      now,
    );
    return true;
  });
}

export type Guardian = { readonly guardianshipId: string; readonly accountId: string; readonly endsAt: Date };

/** The representatives of a child, in force now. */
export async function guardiansOf(
  db: Database,
  childAccountId: string,
  now: Date,
): Promise<readonly Guardian[]> {
  const rows = await store.findGuardians(db, childAccountId, now);
  return rows.map((row) => ({
    guardianshipId: row.id,
    accountId: row.guardian_account_id,
    endsAt: row.ends_at,
  }));
}

export type Child = {
  readonly guardianshipId: string;
  /** Undefined while the child has no account here. */
  readonly accountId: string | undefined;
  readonly name: string | undefined;
  readonly endsAt: Date;
};

/** The children a person represents, in force now. */
export async function childrenOf(
  { db, vault }: { db: Database; vault: Vault },
  guardianAccountId: string,
  now: Date,
): Promise<readonly Child[]> {
  const rows = await store.findChildren(db, guardianAccountId, now);
  return rows.map((row) => ({
    guardianshipId: row.id,
    accountId: row.child_account_id ?? undefined,
    name: row.name_sealed === null ? undefined : vault.open(`identity_binding/${row.binding_id}/name`, row.name_sealed), // prettier-ignore
    endsAt: row.ends_at,
  }));
}

/** The birth date an account's binding holds, also when the binding's lifetime is over: age does not lapse. */
export async function findBirthdate(
  db: Database,
  vault: Vault,
  accountId: string,
): Promise<string | undefined> {
  const person = await store.findPerson(db, accountId);
  return person === undefined ? undefined : openBirthdate(vault, person);
}

/** The birth date of a person under 16; undefined for everybody else. */
export async function findChildBirthdate(
  db: Database,
  vault: Vault,
  accountId: string,
  now: Date,
): Promise<string | undefined> {
  const birthdate = await findBirthdate(db, vault, accountId);
  return birthdate !== undefined && isChild(birthdate, now) ? birthdate : undefined;
}

export const openBirthdate = (vault: Vault, binding: { id: string; birthdate_sealed: Buffer | null }) =>
  binding.birthdate_sealed === null
    ? undefined
    : vault.open(`identity_binding/${binding.id}/birthdate`, binding.birthdate_sealed);

async function accountOf(
  { db, vault }: House,
  who: NewGuardianship['guardian'],
): Promise<string | undefined> {
  if ('accountId' in who) return who.accountId;
  return (await store.findAccountOfNumber(db, vault.keyOf('personal-number', who.personalNumber)))
    ?.account_id;
}

// Both see it in their own history; the child only when there is an account.
async function recordForBoth(
  { db, origin }: House,
  event: AccessEvent,
  who: { guardianAccountId: string; childNumberKey: Buffer },
  now: Date,
): Promise<void> {
  const child = await store.findAccountOfNumber(db, who.childNumberKey);
  const accounts = [who.guardianAccountId, ...(child === undefined ? [] : [child.account_id])];
  await recordAll(db, origin, accounts.map((accountId) => ({ event: { ...event, accountId }, now }))); // prettier-ignore
}
