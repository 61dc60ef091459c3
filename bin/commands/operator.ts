import { Option } from 'commander';
import type { Database } from '../../database.ts';
import { Refusal } from '../../errors.ts';
import { findStaff } from '../../staff/store.ts';

export const operatorOption = () =>
  new Option('--operator <login>', 'who decides: a login of an operator').makeOptionMandatory();

/** The event names who decided by an id that the list of staff explains, as all events do. */
export async function operatorId(db: Database, login: string): Promise<string> {
  const staff = await findStaff(db, login);
  if (staff?.role !== 'operator' || staff.disabled_at !== null)
    throw new Refusal('forbidden', 'no operator of this name: see `tnid staff invite --role operator`');
  return staff.id;
}
