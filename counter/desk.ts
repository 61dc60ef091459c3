import type { Database } from '../database.ts';
import { listSecondCases } from './case-store.ts';
import type { Officer } from './officer.ts';
import { listRequests } from './request-store.ts';

export type Task = {
  readonly kind: 'request' | 'account' | 'number' | 'guardian';
  readonly id: string;
  readonly since: Date;
  readonly staffId: string;
  readonly login: string;
};

/** What an officer has in hand, and what waits in their commune for a second officer. */
export async function listTasks(
  db: Database,
  officer: Officer,
  now: Date,
): Promise<{ readonly inHand: readonly Task[]; readonly waiting: readonly Task[] }> {
  const requests = await listRequests(db, officer, now);
  const cases = await listSecondCases(db, officer.communeCode, now);
  const task = (row: (typeof requests)[number]): Task => ({
    kind: 'request',
    id: row.id,
    since: row.claimed_at,
    staffId: row.staff_id,
    login: row.login,
  });
  const ofCase = (row: (typeof cases)[number]): Task => ({
    kind: row.kind,
    id: row.id,
    since: row.opened_at,
    staffId: row.staff_id,
    login: row.login,
  });
  return {
    inHand: requests.filter(({ state }) => state === 'claimed').map(task),
    waiting: [...requests.filter(({ state }) => state === 'second').map(task), ...cases.map(ofCase)],
  };
}
