import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { addAnchor, openCardTrust } from '../../cards/chip/trust-directory.ts';
import { processEnvironment, readSettings } from '../../config.ts';
import { Refusal } from '../../errors.ts';
import { table } from './ground.ts';

export function cscaCommand(): Command {
  const csca = new Command('csca').description(
    'authorities whose identity cards are believed (TNID_CSCA_DIR)',
  );
  csca
    .command('add <file>')
    .description(
      'pin a CSCA certificate (DER or PEM); compare the hash it prints with the one you were given',
    )
    .requiredOption('--provenance <text>', 'who handed it over, when, under which agreement')
    .action(async (path: string, { provenance }: { provenance: string }) => {
      const { sha256, certificate } = await addAnchor(directory(), { file: await readCertificate(path), provenance }, new Date()); // prettier-ignore
      process.stdout.write(`${certificate.subjectText}\nsha256 ${sha256}\nrestart the broker to use it\n`);
    });
  csca
    .command('list')
    .description('what is pinned, and until when; fails when a file and its pin differ')
    .action(async () => {
      const { anchors } = await openCardTrust(directory());
      const rows = anchors.map(({ sha256, certificate, provenance }) => [sha256.slice(0, 16), certificate.subjectText, certificate.to.toISOString().slice(0, 10), provenance]); // prettier-ignore
      process.stdout.write(`${table(['sha256', 'subject', 'until', 'provenance'], rows)}\n`);
    });
  return csca;
}

function directory(): string {
  const { TNID_CSCA_DIR: path } = readSettings(processEnvironment(), ['TNID_CSCA_DIR']);
  if (path === undefined) throw new Refusal('invalid', 'TNID_CSCA_DIR is not set', { reason: 'csca_dir' });
  return path;
}

async function readCertificate(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new Refusal('invalid', 'the file cannot be read', { reason: 'csca_file', cause });
  }
}
