import { Command, Option } from 'commander';
import { recordAccess } from '../../audit/record.ts';
import { rotateSigningKey } from '../../keys/signing-keys.ts';
import { findKeys } from '../../keys/store.ts';
import type { KeyUse } from '../../keys/store.ts';
import { table, withDatabase, withKeys } from './ground.ts';

const useOption = () =>
  new Option('--use <use>', 'which keys').choices(['token', 'receipt', 'signal']).default('token');

export function keysCommand(): Command {
  const keys = new Command('keys').description('signing keys');
  keys
    .command('list')
    .description('keys with their states; private parts are never shown')
    .addOption(useOption())
    .action(async ({ use }: { use: KeyUse }) => {
      const rows = await withDatabase((db) => findKeys(db, use));
      process.stdout.write(
        `${table(
          ['kid', 'state'],
          rows.map((row) => [row.kid, row.state]),
        )}\n`,
      );
    });
  keys
    .command('rotate')
    .description('next becomes current, current becomes retired, a new next is published')
    .addOption(useOption())
    .action(async ({ use }: { use: KeyUse }) => {
      const now = new Date();
      const kid = await withKeys((db, envelope, origin) =>
        db.transaction(async () => {
          const current = await rotateSigningKey(db, envelope, use, now);
          await recordAccess(
            db,
            origin,
            { kind: 'key.rotated', outcome: 'ok', actor: 'operator', details: { use, kid: current } },
            now,
          );
          return current;
        }),
      );
      process.stdout.write(`${kid} signs from now on; running brokers follow within a second\n`);
    });
  return keys;
}
