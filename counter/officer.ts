// Who stands behind a counter, and what a decision needs besides the decision itself.

import { randomUUID } from 'node:crypto';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import type { Vault } from '../keys/vault.ts';
import type { StaffMember } from '../staff/session.ts';
import { findSentOn, insertDecision } from './request-store.ts';

export type CounterHouse = { readonly db: Database; readonly vault: Vault; readonly origin: string };

/**
 * Staff have no citizen account here, so nothing can tell that an officer decides about themselves;
 * law and supervision must: every decision names the officer.
 */
export type Officer = {
  readonly staffId: string;
  readonly communeCode: string;
  readonly unit: string;
};

/** @throws Refusal forbidden for auditors, operators, and who has only just accepted an invitation */
export function officerOf(member: StaffMember): Officer {
  const { staffId, role, communeCode, unit, method } = member;
  if (role !== 'officer' || communeCode === undefined || method === 'invitation')
    throw new Refusal('forbidden', 'the counter is for officers', { reason: 'role' });
  return { staffId, communeCode, unit };
}

export type ConfirmReason = 'no_vneid' | 'no_chip_reader' | 'needs_help' | 'lost_access' | 'other';
export type RefuseReason =
  | 'face_differs'
  | 'card_damaged'
  | 'card_expired'
  | 'not_confirmed'
  | 'under_pressure'
  | 'other';

/** What an officer looked at with their own eyes. All of it, or there is no decision. */
export type Seen = { readonly face: boolean; readonly card: boolean; readonly freeWill: boolean };
export const sawAll = ({ face, card, freeWill }: Seen): boolean => face && card && freeWill;

export const MOST_NOTE_CHARACTERS = 300;

/** "Another reason" is none unless it is written down. */
export const isReasonGiven = (reason: string, note: string): boolean =>
  (reason !== 'other' || note.trim().length >= 5) && note.length <= MOST_NOTE_CHARACTERS;

export type DecisionKind =
  | 'confirmed'
  | 'sent_on'
  | 'supervised'
  | 'refused'
  | 'locked'
  | 'unlocked'
  | 'number_sent_on'
  | 'number_replaced'
  | 'guardian';

/** Writes a decision, once and for good. @returns its id */
export async function recordDecision(
  { db, vault }: Pick<CounterHouse, 'db' | 'vault'>,
  officer: Officer,
  decision: {
    readonly kind: DecisionKind;
    readonly requestId?: string | undefined;
    readonly caseId?: string | undefined;
    readonly reason: string;
    readonly note: string;
    readonly checkId?: string | undefined;
  },
  now: Date,
): Promise<string> {
  const id = randomUUID();
  const { kind, requestId, caseId, reason, checkId } = decision;
  const note = decision.note.trim();
  const noteSealed = note === '' ? undefined : vault.seal(labelOf(id), note);
  const { staffId, communeCode } = officer;
  await insertDecision(db, { id, requestId, caseId, kind, staffId, communeCode, reason, noteSealed, checkId }, now); // prettier-ignore
  return id;
}

/** Why the first officer sent a request or case on, in their words: for the second one to judge. */
export async function firstWord(
  { db, vault }: Pick<CounterHouse, 'db' | 'vault'>,
  id: string,
): Promise<{ readonly reason: string; readonly note: string | undefined } | undefined> {
  const row = await findSentOn(db, id);
  if (row === undefined) return undefined;
  const note = row.note_sealed === null ? undefined : vault.open(labelOf(row.id), row.note_sealed);
  return { reason: row.reason, note };
}

const labelOf = (decisionId: string) => `counter_decision/${decisionId}/note`;
