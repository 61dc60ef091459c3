// The two employees of the demo's counter. Their links are made anew at each start until they are
// used: a link is the only copy of its token.

import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import { inviteStaff } from '../staff/invitation.ts';

export type DemoOfficer = {
  readonly login: string;
  /** Absent for one who has accepted, at an earlier start on the same data. */
  readonly invitation: string | undefined;
};

// One commune: the second pair of eyes must be of the same counter.
const COUNTER = { role: 'officer', unit: 'Quầy một cửa phường Tân Ninh', communeCode: '25459' } as const;

export async function inviteOfficers(db: Database, issuer: string, now: Date): Promise<DemoOfficer[]> {
  const officers: DemoOfficer[] = [];
  for (const login of ['hoa.nguyen', 'binh.tran']) {
    officers.push({ login, invitation: await linkFor(db, issuer, login, now) });
  }
  return officers;
}

async function linkFor(db: Database, issuer: string, login: string, now: Date): Promise<string | undefined> {
  try {
    const token = await inviteStaff({ db, origin: new URL(issuer).host }, { login, ...COUNTER }, now);
    return `${issuer}/nhan-vien/loi-moi/${token}`;
  } catch (error) {
    if (error instanceof Refusal && error.kind === 'conflict') return undefined;
    throw error;
  }
}
