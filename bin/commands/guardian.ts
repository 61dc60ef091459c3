// Who represents a child, for whoever runs the installation. Recorded at a counter; ended here, by a court's
// word, a mistake or the person's own wish. The child's number is read from standard input.

import { text } from 'node:stream/consumers';
import { Command, Option } from 'commander';
import { endGuardianship } from '../../consent/guardianship.ts';
import { listGuardianships } from '../../consent/guardian-store.ts';
import { Refusal } from '../../errors.ts';
import { openVault } from '../../keys/vault.ts';
import { isPersonalNumber } from '../../policies/personal-number.ts';
import { table, withKeys } from './ground.ts';
import { operatorId, operatorOption } from './operator.ts';

type Reason = 'court' | 'mistake' | 'request';

export function guardianCommand(): Command {
  const guardian = new Command('guardian').description('representatives of children: find, end');
  guardian
    .command('find')
    .description("read a child's personal number from standard input and print the representatives on record")
    .action(async () => {
      const number = (await text(process.stdin)).trim();
      if (!isPersonalNumber(number))
        throw new Refusal('invalid', 'standard input holds no personal number of twelve digits');
      const rows = await withKeys(async (db, envelope) => {
        const vault = await openVault(db, envelope, new Date());
        return listGuardianships(db, vault.keyOf('personal-number', number));
      });
      if (rows.length === 0) throw new Refusal('missing', 'nobody represents this child');
      const day = (at: Date | null) => at?.toISOString().slice(0, 10) ?? '';
      const cells = rows.map((row) => [row.id, row.guardian_account_id, row.evidence_kind, day(row.recorded_at), day(row.ended_at)]); // prettier-ignore
      process.stdout.write(`${table(['guardianship', 'account', 'evidence', 'recorded', 'ended'], cells)}\n`);
    });
  guardian
    .command('end <guardianship>')
    .description('end a representation before its time; open questions of the child are gone from that page')
    .addOption(operatorOption())
    .addOption(
      new Option('--reason <reason>', 'why').choices(['court', 'mistake', 'request']).makeOptionMandatory(),
    )
    .action(async (id: string, { operator, reason }: { operator: string; reason: Reason }) => {
      if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
        throw new Refusal('invalid', 'a representation is named by its id: see `tnid guardian find`');
      const ended = await withKeys(async (db, envelope, origin) => {
        const now = new Date();
        const house = { db, vault: await openVault(db, envelope, now), origin };
        const staffId = await operatorId(db, operator);
        return endGuardianship(house, { guardianshipId: id, staffId, reason }, now);
      });
      if (!ended) throw new Refusal('conflict', 'nothing changed: it has ended already, or never was');
      process.stdout.write(`ended ${id}\n`);
    });
  return guardian;
}
