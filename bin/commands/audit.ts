import { Command, InvalidArgumentError, Option } from 'commander';
import { listEvents } from '../../audit/search.ts';
import type { ListedEvent } from '../../audit/search.ts';
import { table, withDatabase } from './ground.ts';

type Options = {
  log?: 'access' | 'consent';
  kind?: string;
  service?: string;
  since?: Date;
  limit: number;
  json?: boolean;
};

export function auditCommand(): Command {
  const audit = new Command('audit').description('what happened');
  audit
    .command('list')
    .description('events, newest first, as an auditor sees them: no names, no numbers')
    .addOption(new Option('--log <log>', 'one log only').choices(['access', 'consent']))
    .option('--kind <prefix>', 'kinds that begin so, e.g. consent. or stepup.')
    .option('--service <id>', 'one service (its audience)')
    .option('--since <time>', 'from this moment on (ISO 8601)', timeOf)
    .option('--limit <n>', 'at most so many', countOf, 50)
    .option('--json', 'one JSON object a line')
    .action(async ({ service, json, ...search }: Options) => {
      const events = await withDatabase((db) => listEvents(db, { ...search, serviceId: service }));
      process.stdout.write(
        json === true
          ? events.map((event) => `${JSON.stringify(event)}\n`).join('')
          : `${eventTable(events)}\n`,
      );
    });
  return audit;
}

/** The list as a table; also what `bin/demo` prints. */
export function eventTable(events: readonly ListedEvent[]): string {
  const rows = events.map((event) => [
    event.at.toISOString(),
    event.log,
    event.kind,
    event.outcome,
    event.actor,
    event.clientId ?? '',
    event.serviceId?.replace('https://', '') ?? '',
    event.purposeId ?? '',
    `${event.stream.slice(0, 8)}#${event.n}`,
  ]);
  return table(['time', 'log', 'kind', 'outcome', 'actor', 'client', 'service', 'purpose', 'stream#n'], rows);
}

function timeOf(text: string): Date {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) throw new InvalidArgumentError('not a time');
  return at;
}

function countOf(text: string): number {
  if (!/^\d{1,5}$/.test(text) || text === '0') throw new InvalidArgumentError('a number from 1 to 99999');
  return Number(text);
}
