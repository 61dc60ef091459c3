import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { Refusal } from '../../errors.ts';

/** `tnid service keygen`: the private half never leaves the file it is written to. */
export function keygenCommand(): Command {
  return new Command('keygen')
    .description(
      'make an ES256 key: <prefix>.private.json stays with the service, <prefix>.jwks.json is for `service add`',
    )
    .requiredOption('--out <prefix>', 'where to write the two files; existing ones are not replaced')
    .action(async ({ out }: { out: string }) => {
      const { privateKey } = await generateKeyPair('ES256', { extractable: true });
      const jwk = await exportJWK(privateKey);
      const named = { ...jwk, alg: 'ES256', use: 'sig', kid: await calculateJwkThumbprint(jwk) };
      const { d: _, ...publicJwk } = named;
      await write(`${out}.private.json`, named, 0o600);
      await write(`${out}.jwks.json`, { keys: [publicJwk] }, 0o644);
      process.stdout.write(`${out}.private.json\n${out}.jwks.json\n`);
    });
}

async function write(file: string, content: object, mode: number): Promise<void> {
  try {
    await writeFile(file, `${JSON.stringify(content, null, 2)}\n`, { mode, flag: 'wx' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST')
      throw new Refusal('conflict', `${file} is there already: a key is not replaced by accident`);
    throw new Refusal('invalid', `${file} cannot be written: ${String(code)}`);
  }
}
