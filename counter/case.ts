// Work at a counter that no sign-in waits for. A card that the register knows opens a case; what the
// register said stays sealed in it until the case ends.

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { findAccount } from '../accounts/store.ts';
import { findBinding, findBindingOwner } from '../assurance/binding-store.ts';
import { recordAccess } from '../audit/record.ts';
import { Refusal } from '../errors.ts';
import { compareNames } from '../policies/person-name.ts';
import { birthYearOf, isPersonalNumber } from '../policies/personal-number.ts';
import * as store from './case-store.ts';
import type { CaseKind, CaseRow } from './case-store.ts';
import { askRegister } from './facts.ts';
import type { CardClaim, RegisterFacts, RegisterHouse } from './facts.ts';
import type { CounterHouse, Officer } from './officer.ts';

const LIFE_MS = 30 * 60_000;
/** A second officer of a small commune may only come tomorrow. */
export const SECOND_LIFE_MS = 24 * 3_600_000;

const person = z.object({
  personalNumber: z.string(),
  name: z.string(),
  birthdate: z.string(),
  checkId: z.string(),
});
const caseFacts = z.object({
  /** Who stands at the counter, as the register has them. */
  person,
  /** Number replaced by the one of `person`. */
  oldNumber: z.string().optional(),
  oldName: z.string().optional(),
  child: person.optional(),
  evidence: z
    .object({ kind: z.enum(['birth_certificate', 'register', 'court']), reference: z.string() })
    .optional(),
});
export type CaseFacts = z.infer<typeof caseFacts>;

export type CaseOpened =
  | { readonly outcome: 'opened'; readonly id: string }
  | {
      readonly outcome:
        | 'not_confirmed'
        | 'superseded'
        | 'unavailable'
        /** The register knows the person; no account here is bound to them. */
        | 'no_account'
        /** The register does not call the old number replaced, or neither name nor birth date stayed. */
        | 'not_replaced'
        /** The new number has an account of its own already. */
        | 'bound_elsewhere'
        | 'format';
    };

/** For a lost phone, and for whoever represents a child: the account that this person is bound to. */
export async function openCase(
  house: RegisterHouse,
  { officer, kind, claim }: { officer: Officer; kind: 'account' | 'guardian'; claim: CardClaim },
  now: Date,
): Promise<CaseOpened> {
  const found = await askRegister(house, { officer, claim }, now);
  if (found.outcome !== 'match') return found;
  const accountId = await findOwner(house, claim.personalNumber);
  if (accountId === undefined) return { outcome: 'no_account' };
  const id = await writeCase(house, { officer, kind, accountId, facts: { person: found.facts } }, now);
  return { outcome: 'opened', id };
}

/** For a number that was cancelled and replaced: the account bound to the old one. */
export async function openNumberCase(
  house: RegisterHouse,
  { officer, claim, oldNumber }: { officer: Officer; claim: CardClaim; oldNumber: string },
  now: Date,
): Promise<CaseOpened> {
  const { db, vault } = house;
  if (!isPersonalNumber(oldNumber) || oldNumber === claim.personalNumber) return { outcome: 'format' };
  const accountId = await findOwner(house, oldNumber);
  if (accountId === undefined) return { outcome: 'no_account' };
  const taken = await findBindingOwner(db, vault.keyOf('personal-number', claim.personalNumber));
  if (taken !== undefined) return { outcome: 'bound_elsewhere' };
  const found = await askRegister(house, { officer, claim }, now);
  if (found.outcome !== 'match') return found;
  // The number may have been replaced because it held the wrong year: then the old one is asked with its own.
  const year = String(birthYearOf(oldNumber));
  const birthdate = claim.birthdate.startsWith(year) ? claim.birthdate : year;
  const old = await askRegister(house, { officer, claim: { ...claim, personalNumber: oldNumber, birthdate }, accountId }, now); // prettier-ignore
  if (old.outcome === 'unavailable') return old;
  if (old.outcome !== 'superseded') return { outcome: 'not_replaced' };
  // The register says that the old number is void, not whose the new one is: name or birth date must
  // have stayed, or this would hand one person's account to another.
  const oldName = await sharedName(house, { accountId, oldNumber, person: found.facts });
  if (oldName === undefined) return { outcome: 'not_replaced' };
  const facts = { person: found.facts, oldNumber, oldName };
  return {
    outcome: 'opened',
    id: await writeCase(house, { officer, kind: 'number', accountId, facts }, now),
  };
}

/** The name on record when it, or the birth date, is that of the person here; undefined otherwise. */
async function sharedName(
  { db, vault }: CounterHouse,
  { accountId, oldNumber, person }: { accountId: string; oldNumber: string; person: RegisterFacts },
): Promise<string | undefined> {
  const row = await store.findStanding(db, accountId, vault.keyOf('personal-number', oldNumber));
  if (row === undefined) return undefined;
  const open = (field: string, sealed: Buffer | null) =>
    sealed === null ? '' : vault.open(`identity_binding/${row.id}/${field}`, sealed);
  const name = open('name', row.name_sealed);
  const isSame =
    compareNames(name, person.name) === 'same' ||
    open('birthdate', row.birthdate_sealed) === person.birthdate;
  return isSame ? name : undefined;
}

async function findOwner({ db, vault }: CounterHouse, personalNumber: string): Promise<string | undefined> {
  const owner = await findBindingOwner(db, vault.keyOf('personal-number', personalNumber));
  return owner?.account_id;
}

async function writeCase(
  { db, vault, origin }: CounterHouse,
  { officer, kind, accountId, facts }: { officer: Officer; kind: CaseKind; accountId: string; facts: CaseFacts }, // prettier-ignore
  now: Date,
): Promise<string> {
  const id = randomUUID();
  const { staffId, communeCode } = officer;
  const expiresAt = new Date(now.getTime() + LIFE_MS);
  await db.transaction(async () => {
    await store.insertCase(db, { id, kind, accountId, staffId, communeCode, factsSealed: sealCase(vault, id, facts), expiresAt }, now); // prettier-ignore
    await recordAccess(db, origin, { kind: 'counter.opened', outcome: 'ok', actor: 'operator', accountId, details: { staff: staffId, commune: communeCode, case: kind, check: facts.person.checkId } }, now); // prettier-ignore
  });
  return id;
}

export type Case = {
  readonly row: CaseRow;
  readonly accountId: string;
  /** Gone when the case has ended. */
  readonly facts: CaseFacts | undefined;
  readonly locked: boolean;
  readonly bound: boolean;
};

/** A case of this officer, or one of their commune that waits for a second one. @throws Refusal missing */
export async function getCase(
  { db, vault }: CounterHouse,
  { officer, id }: { officer: Officer; id: string },
  now: Date,
): Promise<Case> {
  const row = await store.findCase(db, id);
  if (row === undefined || row.account_id === null) throw notYours();
  const mine = row.staff_id === officer.staffId || row.second_staff_id === officer.staffId;
  const waits = row.state === 'second' && row.commune_code === officer.communeCode;
  if (!mine && !waits) throw notYours();
  const over = row.expires_at <= now && row.ended_at === null;
  const account = await findAccount(db, row.account_id);
  return {
    row: over ? { ...row, state: 'expired' } : row,
    accountId: row.account_id,
    facts: over || row.facts_sealed === null ? undefined : openCaseFacts(vault, id, row.facts_sealed),
    locked: account?.locked_at !== null,
    bound: (await findBinding(db, row.account_id, now)) !== undefined,
  };
}

export const sealCase = (vault: CounterHouse['vault'], id: string, facts: CaseFacts): Buffer =>
  vault.seal(`counter_case/${id}/facts`, JSON.stringify(facts));

const openCaseFacts = (vault: CounterHouse['vault'], id: string, sealed: Buffer): CaseFacts =>
  caseFacts.parse(JSON.parse(vault.open(`counter_case/${id}/facts`, sealed)));

const notYours = () => new Refusal('missing', 'no such case at this counter', { reason: 'counter' });
