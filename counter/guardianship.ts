// A child's representative, recorded at the counter from a paper that an officer has seen. What a
// representative is, and for how long, is consent/guardianship.ts; it is handed in as `record`.

import type { Notify } from '../assurance/notify.ts';
import { Refusal } from '../errors.ts';
import { getCase, sealCase } from './case.ts';
import { endCase, keepCaseFacts } from './case-store.ts';
import { askRegister } from './facts.ts';
import type { CardClaim, RegisterFound, RegisterHouse } from './facts.ts';
import { isReasonGiven, recordDecision, sawAll } from './officer.ts';
import type { CounterHouse, Officer, Seen } from './officer.ts';

export type PaperKind = 'birth_certificate' | 'court';
export type Paper = { readonly kind: PaperKind; readonly reference: string };

/** Asks the register about the child; a match is kept in the case beside the paper. */
export async function nameChild(
  house: RegisterHouse,
  { officer, id, claim, paper }: { officer: Officer; id: string; claim: CardClaim; paper: Paper },
  now: Date,
): Promise<RegisterFound['outcome'] | 'gone' | 'same_person'> {
  const { row, facts, accountId } = await getCase(house, { officer, id }, now);
  if (row.kind !== 'guardian' || facts === undefined) return 'gone';
  if (facts.person.personalNumber === claim.personalNumber) return 'same_person';
  const found = await askRegister(house, { officer, claim, accountId }, now);
  if (found.outcome !== 'match') return found.outcome;
  const factsSealed = sealCase(house.vault, id, { ...facts, child: found.facts, evidence: paper });
  const kept = await keepCaseFacts(house.db, { id, staffId: officer.staffId, factsSealed }, now);
  return kept === 1 ? 'match' : 'gone';
}

/** Writes the representation; why it may not be (a child of 16, too many) is the answer of the verb. */
export type RecordGuardian<Reason extends string> = (
  facts: {
    readonly child: { readonly personalNumber: string; readonly birthdate: string };
    readonly guardian: { readonly accountId: string };
    readonly evidence: { readonly kind: PaperKind | 'register'; readonly ref: string };
    readonly officer: Officer;
  },
  now: Date,
) => Promise<{ readonly outcome: 'recorded' } | { readonly outcome: 'refused'; readonly reason: Reason }>;

export type GuardianDecided<Reason extends string> =
  | { readonly outcome: 'recorded' | 'gone' | 'checks_missing' | 'reason_missing' }
  | { readonly outcome: 'refused'; readonly reason: Reason };

export async function confirmGuardian<Reason extends string>(
  house: CounterHouse & { readonly notify: Notify },
  decision: { readonly officer: Officer; readonly id: string; readonly note: string; readonly seen: Seen },
  record: RecordGuardian<Reason>,
  now: Date,
): Promise<GuardianDecided<Reason>> {
  const { officer, id, note, seen } = decision;
  if (!sawAll(seen)) return { outcome: 'checks_missing' };
  const { row, facts, accountId } = await getCase(house, { officer, id }, now);
  const { child, evidence } = facts ?? {};
  if (row.kind !== 'guardian' || child === undefined || evidence === undefined) return { outcome: 'gone' };
  if (!isReasonGiven(evidence.kind, note)) return { outcome: 'reason_missing' };
  return house.db.transaction(async () => {
    const { personalNumber, birthdate, checkId } = child;
    const recorded = await record(
      {
        child: { personalNumber, birthdate },
        guardian: { accountId },
        evidence: { kind: evidence.kind, ref: evidence.reference },
        officer,
      },
      now,
    );
    if (recorded.outcome === 'refused') return recorded;
    if ((await endCase(house.db, { id, staffId: officer.staffId, state: 'done' }, now)) !== 1)
      throw new Refusal('conflict', 'the case ended while it was decided', { reason: 'counter' }); // takes the representation back, too
    await recordDecision(house, officer, { kind: 'guardian', caseId: id, reason: evidence.kind, note, checkId }, now); // prettier-ignore
    await house.notify({ accountId, kind: 'guardian_recorded', key: id, link: true }, now);
    return { outcome: 'recorded' };
  });
}
