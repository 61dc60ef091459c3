// The people who work with the demo's broker: two at the counter, two who approve the catalogue, one
// who operates, one who answers for a service. Their links are made anew at each start until they are
// used: a link is the only copy of its token.

import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import { inviteStaff } from '../staff/invitation.ts';
import type { Invitation } from '../staff/invitation.ts';

export type DemoOfficer = {
  readonly login: string;
  /** Absent for one who has accepted, at an earlier start on the same data. */
  readonly invitation: string | undefined;
};

// One commune: the second pair of eyes must be of the same counter.
const COUNTER = { role: 'officer', unit: 'Quầy một cửa phường Tân Ninh', communeCode: '25459' } as const;
const OFFICE = { unit: 'Sở Khoa học và Công nghệ', communeCode: undefined } as const;
export const DEMO_OPERATOR = 'van.hanh';

export async function inviteOfficers(db: Database, issuer: string, now: Date): Promise<DemoOfficer[]> {
  return inviteAll(db, issuer, ['hoa.nguyen', 'binh.tran'], COUNTER, now);
}

/** Two who approve a weaker catalogue, and the operator under whose name it is proposed. */
export async function inviteApprovers(db: Database, issuer: string, now: Date): Promise<DemoOfficer[]> {
  await inviteAll(db, issuer, [DEMO_OPERATOR], { ...OFFICE, role: 'operator' }, now);
  return inviteAll(db, issuer, ['lan.pham', 'son.le'], { ...OFFICE, role: 'approver' }, now);
}

/** Sees how the dossier service fares. */
export async function inviteOwners(db: Database, issuer: string, now: Date): Promise<DemoOfficer[]> {
  const place = { role: 'owner', unit: 'Trung tâm Phục vụ hành chính công', communeCode: undefined, serviceCode: 'hoso' } as const; // prettier-ignore
  return inviteAll(db, issuer, ['dung.le'], place, now);
}

async function inviteAll(
  db: Database,
  issuer: string,
  logins: readonly string[],
  place: Omit<Invitation, 'login'>,
  now: Date,
): Promise<DemoOfficer[]> {
  const people: DemoOfficer[] = [];
  for (const login of logins)
    people.push({ login, invitation: await linkFor(db, issuer, { login, ...place }, now) });
  return people;
}

async function linkFor(
  db: Database,
  issuer: string,
  invitation: Invitation,
  now: Date,
): Promise<string | undefined> {
  try {
    const token = await inviteStaff({ db, origin: new URL(issuer).host }, invitation, now);
    return `${issuer}/nhan-vien/loi-moi/${token}`;
  } catch (error) {
    if (error instanceof Refusal && error.kind === 'conflict') return undefined;
    throw error;
  }
}
