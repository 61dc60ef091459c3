// What the tests of the counter share: a register that answers, officers, citizens with a step-up.

import { createCivilRegister } from '../../adapters/civil-register/register.ts';
import type { TransactionRow } from '../../assurance/store.ts';
import { openTransaction } from '../../assurance/transaction.ts';
import { checkCard, claimRequest } from '../../counter/claim.ts';
import { askCounter } from '../../counter/request.ts';
import type { CardClaim, RegisterHouse } from '../../counter/facts.ts';
import type { Officer } from '../../counter/officer.ts';
import { sql } from '../../database.ts';
import type { Database } from '../../database.ts';
import { Refusal } from '../../errors.ts';
import { startRegister } from '../../sandbox/register/server.ts';
import type { RegisterTwin } from '../../sandbox/register/server.ts';
import { acceptInvitation, inviteStaff } from '../../staff/invitation.ts';
import type { StaffRole } from '../../staff/store.ts';
import { NOW, openDomain, ORIGIN } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';

export const PASSWORD = 'con cò bay lả bay la trên đồng';
export const AN = { personalNumber: '999190000011', name: 'Nguyễn Thị Minh An', birthdate: '1990-06-15' };
export const DUC = { personalNumber: '999085000016', name: 'Đặng Đình Đức', birthdate: '1985-11-20' };
export const PHUOC = { personalNumber: '999204000018', name: 'Võ Hữu Phước', birthdate: '2004-02-29' };
export const THU = { personalNumber: '999091000013', name: 'Lê Văn Thu', birthdate: '1991-01-01' };
export const SAW = { face: true, card: true, freeWill: true };

export type Citizen = { readonly accountId: string; readonly tx: TransactionRow };
export type Desk = {
  readonly domain: Domain;
  readonly twin: RegisterTwin;
  /** The house as one broker sees it, and as another one on the same database does. */
  readonly house: RegisterHouse;
  readonly other: RegisterHouse;
  staff(role: StaffRole, communeCode?: string): Promise<{ staffId: string; login: string }>;
  officer(communeCode?: string): Promise<Officer>;
  citizen(): Promise<Citizen>;
  code(citizen: Citizen, now?: Date): Promise<string>;
  /** The officer has typed the citizen's code. @returns the request's id */
  claimed(officer: Officer, citizen: Citizen): Promise<string>;
  /** The same, and the register has found the card. */
  looked(officer: Officer, citizen: Citizen, claim?: CardClaim): Promise<string>;
  close(): Promise<void>;
};

export async function openDesk(): Promise<Desk> {
  const domain = await openDomain();
  const twin = await startRegister();
  const register = createCivilRegister({ url: twin.serviceUrl, clock: () => NOW });
  const registerTerms = {
    purpose: { serviceCode: 'TNID', integrationCode: 'TNID-01', legalBasis: 'art19_1_c', legalBasisRef: 'Đề án 06' }, // prettier-ignore
    actor: { kind: 'system', code: 'TNID' },
    matchCounts: true,
  } as const;
  const houseOn = (db: Database): RegisterHouse => ({ db, vault: domain.vault, origin: ORIGIN, register, registerTerms }); // prettier-ignore
  const house = houseOn(domain.db);
  let count = 0;
  async function staff(role: StaffRole, communeCode?: string) {
    const login = `can-bo-${(count += 1)}`;
    const token = await inviteStaff(house, { login, role, unit: 'Quầy thử', communeCode }, NOW);
    const accepted = await acceptInvitation(house, { token, password: PASSWORD }, NOW);
    if (accepted.outcome !== 'accepted') throw new Error('the invitation did not hold');
    return { staffId: accepted.staffId, login };
  }
  async function code(citizen: Citizen, now = NOW): Promise<string> {
    const asked = await askCounter(house, citizen, now);
    if (asked.state !== 'open') throw new Error(`the counter says ${asked.state}`);
    return asked.code;
  }
  async function claimed(officer: Officer, citizen: Citizen): Promise<string> {
    const taken = await claimRequest(house, { officer, typed: await code(citizen) }, NOW);
    if (taken.outcome !== 'claimed') throw new Error('the code was not taken');
    return taken.id;
  }
  return {
    domain,
    twin,
    house,
    other: houseOn(domain.second),
    staff,
    async officer(communeCode = '25459') {
      const { staffId } = await staff('officer', communeCode);
      return { staffId, communeCode, unit: 'Quầy thử' };
    },
    async citizen() {
      const accountId = await domain.citizen();
      const interactionUid = `quay-${(count += 1)}`;
      const wanted = { interactionUid, clientId: 'portal', accountId, level: 2, maxAgeSeconds: undefined, scopes: [] } as const; // prettier-ignore
      return { accountId, tx: await openTransaction(domain.db, wanted, NOW) };
    },
    code,
    claimed,
    async looked(officer, citizen, claim = AN) {
      const id = await claimed(officer, citizen);
      const found = await checkCard(house, { officer, id, claim }, NOW);
      if (found !== 'match') throw new Error(`the register says ${found}`);
      return id;
    },
    async close() {
      await twin.close();
      await domain.close();
    },
  };
}

export const stepsOf = (db: Database, { tx }: Citizen) =>
  db.rows<{ step: string }>(sql`select step from step_fact where transaction_id = ${tx.id}`);

export const decisionsOf = (db: Database, officer: Officer) =>
  db.rows<{ kind: string; reason: string; commune_code: string }>(sql`
    select kind, reason, commune_code from counter_decision where staff_id = ${officer.staffId} order by at, id`);

export const eventsAbout = async (db: Database, staffId: string): Promise<string[]> => {
  const rows = await db.rows<{ kind: string; outcome: string; body: Buffer }>(
    sql`select kind, outcome, body from access_event order by seq`,
  );
  return rows
    .filter(({ body }) => body.toString().includes(staffId))
    .map(({ kind, outcome }) => `${kind} ${outcome}`);
};

export async function isRefused(work: Promise<unknown>, kind: Refusal['kind']): Promise<boolean> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof Refusal && error.kind === kind;
}
