import { Command, Option } from 'commander';
import { listSwitches, switchChannel } from '../../codes/channel-switch.ts';
import type { MessageChannel } from '../../codes/message-gateway.ts';
import { Refusal } from '../../errors.ts';
import { table, withDatabase, withKeys } from './ground.ts';

type Options = { channel: MessageChannel; reason: string };

export function codesCommand(): Command {
  const codes = new Command('codes').description('one-time codes and the channels they go out over');
  const channel = () =>
    new Option('--channel <channel>', 'which one').choices(['sms', 'zns']).makeOptionMandatory();
  const change = (to: 'stopped' | 'started') => async (options: Options) => {
    if (options.reason.trim().length < 5) throw new Refusal('invalid', '--reason must say why');
    const done = await withKeys((db, _envelope, origin) =>
      switchChannel({ db, origin }, { ...options, to }, new Date()),
    );
    process.stdout.write(`${options.channel} ${done ? 'is now' : 'was already'} ${to}\n`);
  };
  codes
    .command('stop')
    .description('nothing more leaves over a channel, at once and for every process')
    .addOption(channel())
    .requiredOption('--reason <words>', 'why; stands in the audit log, so no names or numbers')
    .action(change('stopped'));
  codes
    .command('start')
    .description('the channel sends again; what waited and is not too old goes out')
    .addOption(channel())
    .requiredOption('--reason <words>', 'why; stands in the audit log, so no names or numbers')
    .action(change('started'));
  codes
    .command('list')
    .description('channels that were ever stopped')
    .action(async () => {
      const rows = await withDatabase(listSwitches);
      const cells = rows.map((row) => [row.channel, row.stopped_at?.toISOString() ?? '', row.reason]);
      process.stdout.write(`${table(['channel', 'stopped since', 'reason'], cells)}\n`);
    });
  return codes;
}
