import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { processEnvironment, readConfig } from '../../config.ts';
import { settings } from '../../settings.ts';
import { dumpSchema } from '../../migrations/dump.ts';
import { migrate } from '../../migrations/migrate.ts';
import { databaseUrl } from './ground.ts';

export const startCommand = () =>
  new Command('start')
    .description('start the broker; SIGTERM or Ctrl-C lets running requests finish and stops')
    .action(async () => {
      // Loaded here: no other command needs the whole house.
      const { startBroker } = await import('../../main.ts');
      const broker = await startBroker(readConfig(processEnvironment()));
      await new Promise<void>((resolve) => {
        for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
      });
      await broker.stop();
    });

export const migrateCommand = () =>
  new Command('migrate')
    .description('bring the database to the schema of this release (forward only)')
    .option('--dump', 'also write the resulting schema to migrations/schema.sql')
    .action(async ({ dump }: { dump?: boolean }) => {
      const url = databaseUrl();
      const done = await migrate(url);
      process.stdout.write(
        done.length === 0 ? 'nothing to do\n' : `${done.map((name) => `applied ${name}`).join('\n')}\n`,
      );
      if (dump === true) {
        const file = new URL('../../migrations/schema.sql', import.meta.url);
        await writeFile(file, await dumpSchema(url));
        process.stdout.write('wrote migrations/schema.sql\n');
      }
    });

export const checkConfigCommand = () =>
  new Command('check-config')
    .description('read the whole configuration and name every problem at once')
    .option('--list', 'print each setting and what it is for')
    .addHelpText('after', '\nEach setting may also be given as NAME_FILE, a file that holds the value.')
    .action(({ list }: { list?: boolean }) => {
      if (list === true) {
        const width = Math.max(...Object.keys(settings).map((name) => name.length));
        for (const [name, { about }] of Object.entries(settings)) {
          process.stdout.write(`${name.padEnd(width)}  ${about}\n`);
        }
        return;
      }
      readConfig(processEnvironment());
      process.stdout.write('the configuration is complete\n');
    });
