import { Command } from 'commander';
import { Refusal } from '../../errors.ts';
import { retryStream } from '../../signals/streams.ts';
import { listStreams } from '../../signals/stream-store.ts';
import { table, withDatabase, withKeys } from './ground.ts';

export function signalsCommand(): Command {
  const signals = new Command('signals').description('security events for services: their streams and what waits'); // prettier-ignore
  signals
    .command('list')
    .description('streams, how much waits in each and why')
    .action(async () => {
      const rows = await withDatabase(listStreams);
      const cells = rows.map((row) => [
        row.service_id,
        row.method,
        row.status_reason === null ? row.status : `${row.status} (${row.status_reason})`,
        String(row.pending),
        String(row.given_up),
        row.oldest_at?.toISOString() ?? '',
        row.last_error ?? '',
      ]);
      const head = ['service', 'delivery', 'status', 'waiting', 'given up', 'oldest', 'last error'];
      process.stdout.write(`${table(head, cells)}\n`);
    });
  signals
    .command('retry <service>')
    .description('send again what waits or was given up; a stream that we had paused is enabled')
    .action(async (serviceId: string) => {
      const count = await withKeys((db, _envelope, origin) => retryStream({ db, origin }, serviceId, new Date()));
      if (count === undefined) throw new Refusal('missing', 'this service has no stream (see `tnid signals list`)');
      process.stdout.write(`${count} event${count === 1 ? '' : 's'} due now\n`);
    }); // prettier-ignore
  return signals;
}
