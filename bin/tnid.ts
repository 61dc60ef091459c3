// The command line of an installation. Exit codes: 0 done, 1 refused or not as it should be,
// 2 wrong use or configuration, 3 something we depend on cannot be reached.

import './quiet.ts';
import { Command, CommanderError } from 'commander';
import { ConfigurationError } from '../config.ts';
import { Refusal } from '../errors.ts';
import { accountCommand } from './commands/account.ts';
import { auditCommand } from './commands/audit.ts';
import { catalogueCommand } from './commands/catalogue.ts';
import { codesCommand } from './commands/codes.ts';
import { cscaCommand } from './commands/csca.ts';
import { guardianCommand } from './commands/guardian.ts';
import { keysCommand } from './commands/keys.ts';
import { checkConfigCommand, migrateCommand, startCommand } from './commands/operate.ts';
import { seedCommand } from './commands/seed.ts';
import { serviceCommand } from './commands/service.ts';
import { signalsCommand } from './commands/signals.ts';
import { staffCommand } from './commands/staff.ts';

const program = new Command('tnid')
  .description('Tây Ninh ID: identity and consent broker')
  .version('0.1.0')
  .showHelpAfterError()
  .exitOverride()
  .addHelpText(
    'after',
    '\nExit codes: 0 done · 1 refused, or not as it should be · 2 wrong use or configuration · 3 a dependency cannot be reached',
  );
for (const command of [
  startCommand(),
  migrateCommand(),
  checkConfigCommand(),
  keysCommand(),
  serviceCommand(),
  catalogueCommand(),
  auditCommand(),
  codesCommand(),
  signalsCommand(),
  staffCommand(),
  accountCommand(),
  guardianCommand(),
  cscaCommand(),
  seedCommand(),
]) {
  // A subcommand keeps the manners it was made with, so each is told.
  for (const each of [command, ...command.commands]) each.exitOverride();
  program.addCommand(command);
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has said why
  if (error instanceof ConfigurationError) {
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
  if (error instanceof Refusal) {
    process.stderr.write(`tnid: ${error.message}\n`);
    return error.kind === 'unavailable' ? 3 : 1;
  }
  process.stderr.write(`tnid: ${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
}
