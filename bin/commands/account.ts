// One citizen's account, for whoever runs the installation: found by a number that is read from
// standard input, because arguments stand in process lists and shell histories.

import { text } from 'node:stream/consumers';
import { Command, Option } from 'commander';
import { processEnvironment, readSettings } from '../../config.ts';
import { createGrants } from '../../adapters/oidc-storage/grants.ts';
import { Refusal } from '../../errors.ts';
import { openVault } from '../../keys/vault.ts';
import { isPersonalNumber } from '../../policies/personal-number.ts';
import { parsePhoneNumber } from '../../policies/phone-number.ts';
import { findAccounts } from '../../safety/find.ts';
import { lockAccount, unlockAccount } from '../../safety/lock.ts';
import type { LockReason } from '../../safety/lock.ts';
import { table, withKeys } from './ground.ts';
import { operatorId, operatorOption } from './operator.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type LockOptions = { operator: string; reason: LockReason };
type UnlockOptions = { operator: string; reason: 'mistake' | 'person_present'; counter?: string };

export function accountCommand(): Command {
  const account = new Command('account').description("one citizen's account: find, lock, unlock");
  account
    .command('find')
    .description(
      'read a personal number or a phone from standard input and print whose account it is, without names and numbers',
    ) // prettier-ignore
    .addOption(
      new Option('--by <what>', 'what stands there')
        .choices(['personal-number', 'phone'])
        .makeOptionMandatory(),
    ) // prettier-ignore
    .action(async ({ by }: { by: 'personal-number' | 'phone' }) => {
      const value = numberOf(by, (await text(process.stdin)).trim());
      const rows = await withKeys(async (db, envelope) => {
        const vault = await openVault(db, envelope, new Date());
        return findAccounts(db, { kind: by, key: vault.keyOf(by, value) });
      });
      if (rows.length === 0) throw new Refusal('missing', 'no such account');
      const day = (at: Date | null) => at?.toISOString().slice(0, 10) ?? '';
      const cells = rows.map((row) => [row.id, row.locked_at === null ? 'open' : `locked (${row.lock_reason ?? ''})`, day(row.locked_at), row.source ?? '', day(row.bound_at), day(row.binding_expires_at), day(row.created_at)]); // prettier-ignore
      process.stdout.write(`${table(['account', 'state', 'locked', 'binding', 'bound', 'until', 'created'], cells)}\n`); // prettier-ignore
    });
  account
    .command('lock <account>')
    .description('end everything of an account; services refuse its tokens within seconds')
    .addOption(operatorOption())
    .addOption(
      new Option('--reason <reason>', 'why')
        .choices(['lost_phone', 'not_me', 'fraud', 'operator'])
        .makeOptionMandatory(),
    ) // prettier-ignore
    .action(
      (accountId: string, { operator, reason }: LockOptions) =>
      decide(accountId, operator, 'locked', (house, by, now) => lockAccount(house, { accountId, reason, by }, now)), // prettier-ignore
    );
  account
    .command('unlock <account>')
    .description('open a locked account; the person proves everything anew')
    .addOption(operatorOption())
    .addOption(
      new Option('--reason <reason>', 'mistake: locked by error; person_present: an officer saw the person')
        .choices(['mistake', 'person_present'])
        .makeOptionMandatory(),
    ) // prettier-ignore
    .option('--counter <decision>', 'id of the counter decision this rests on (person_present)')
    .action((accountId: string, { operator, reason, counter }: UnlockOptions) => {
      // An operator sees nobody: that the person was there is an officer's word, and it has a number.
      if (reason === 'person_present' && (counter === undefined || !UUID.test(counter)))
        throw new Refusal('invalid', 'person_present needs --counter with the id of the counter decision');
      return decide(accountId, operator, 'unlocked', (house, by, now) => unlockAccount(house, { accountId, reason, by: { ...by, caseId: counter } }, now)); // prettier-ignore
    });
  return account;
}

type House = Parameters<typeof lockAccount>[0];
type Operator = { readonly kind: 'operator'; readonly staffId: string };

async function decide(
  accountId: string,
  login: string,
  done: string,
  work: (house: House, by: Operator, now: Date) => Promise<boolean>,
): Promise<void> {
  if (!UUID.test(accountId)) throw new Refusal('invalid', 'an account is named by its id: see `tnid account find`'); // prettier-ignore
  const changed = await withKeys(async (db, envelope, origin) => {
    const now = new Date();
    const names = ['TNID_ZNS_OA_ID', 'TNID_ZNS_NOTICE_TEMPLATE'] as const;
    const zalo = readSettings(processEnvironment(), names);
    const zaloNotices = names.every((name) => zalo[name] !== undefined);
    const house = { db, vault: await openVault(db, envelope, now), origin, grants: createGrants(db), zaloNotices }; // prettier-ignore
    return work(house, { kind: 'operator', staffId: await operatorId(db, login) }, now);
  });
  if (!changed) throw new Refusal('conflict', `nothing changed: there is no such account, or it is ${done} already`); // prettier-ignore
  process.stdout.write(`${done} ${accountId}\n`);
}

function numberOf(by: 'personal-number' | 'phone', given: string): string {
  // No word of what was typed: it may be somebody's number with a slip in it.
  if (by === 'phone') {
    const phone = parsePhoneNumber(given);
    if (phone.accepted) return phone.e164;
    throw new Refusal('invalid', 'standard input holds no mobile number');
  }
  if (isPersonalNumber(given)) return given;
  throw new Refusal('invalid', 'standard input holds no personal number of twelve digits');
}
