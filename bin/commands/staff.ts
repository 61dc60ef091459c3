import { Command, Option } from 'commander';
import { processEnvironment, readSettings } from '../../config.ts';
import { disableStaff } from '../../staff/disable.ts';
import { inviteStaff } from '../../staff/invitation.ts';
import { resetStaff } from '../../staff/reset.ts';
import { listStaff } from '../../staff/store.ts';
import type { StaffRole } from '../../staff/store.ts';
import { table, withDatabase, withKeys } from './ground.ts';
import { operatorId, operatorOption } from './operator.ts';

type Options = { role: StaffRole; unit: string; commune?: string; service?: string };

export function staffCommand(): Command {
  const staff = new Command('staff').description('people who work with the broker');
  staff
    .command('invite <login>')
    .description('print a link, valid 72 hours and once, with which the person sets a password')
    .addOption(
      new Option('--role <role>', 'what for')
        .choices(['officer', 'auditor', 'operator', 'approver', 'owner'])
        .makeOptionMandatory(),
    )
    .requiredOption('--unit <name>', 'department or office')
    .option('--commune <code>', 'five-digit commune code (officers)')
    .option('--service <code>', 'code of the service in the catalogue (owners)')
    .action(async (login: string, { role, unit, commune, service }: Options) => {
      const invitation = { login, role, unit, communeCode: commune, serviceCode: service };
      const token = await withKeys((db, _envelope, origin) =>
        inviteStaff({ db, origin }, invitation, new Date()),
      );
      printLink(token);
    });
  staff
    .command('reset <login>')
    .description(
      'for a forgotten password: end sessions, password, passkeys and codes, and print a new link as invite does',
    )
    .addOption(operatorOption())
    .action(async (login: string, { operator }: { operator: string }) => {
      const token = await withKeys(async (db, _envelope, origin) =>
        resetStaff({ db, origin }, { login, operatorId: await operatorId(db, operator) }, new Date()),
      );
      printLink(token);
    });
  staff
    .command('disable <login>')
    .description('ends the sessions of somebody who works here no more; what they did stays on record')
    .action(async (login: string) => {
      const disabled = await withKeys((db, _envelope, origin) =>
        disableStaff({ db, origin }, login, new Date()),
      );
      process.stdout.write(disabled ? `${login} is disabled\n` : `${login} was disabled already\n`);
    });
  staff
    .command('list')
    .description('who was invited and who has accepted')
    .action(async () => {
      const rows = await withDatabase(listStaff);
      const state = (row: (typeof rows)[number]) =>
        row.disabled_at !== null ? 'disabled' : row.accepted_at === null ? 'invited' : 'active';
      const cells = rows.map((row) => [row.login, row.role, row.unit, row.commune_code ?? '', state(row)]);
      process.stdout.write(`${table(['login', 'role', 'unit', 'commune', 'state'], cells)}\n`);
    });
  return staff;
}

function printLink(token: string): void {
  const { TNID_ISSUER: issuer } = readSettings(processEnvironment(), ['TNID_ISSUER']);
  process.stdout.write(`${issuer}/nhan-vien/loi-moi/${token}\n`);
}
