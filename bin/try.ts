// bin/try: a developer's service, tried by an invented citizen of a running bin/demo.

import './quiet.ts';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { keptClientKeys } from '../sandbox/keepsakes.ts';
import { createRelyingParty } from '../sandbox/relying-party/relying-party.ts';
import { tryCall } from '../sandbox/developer/try-call.ts';

const HELP = `bin/try METHOD URL      tries a service on this machine against the bin/demo that is running
  --json BODY          what to send, for POST, PUT and PATCH
  --data DIR           the data folder of the demo (default .data)

An invented citizen signs in, steps up if the service asks, and calls; then come the requests a service
must refuse. Exit codes: 0 ready, 1 not yet, 2 wrong use, 3 no demo is running.
`;

/** Written by bin/demo while it runs. */
const demoSchema = z.object({
  issuer: z.url(),
  portal: z.url(),
  sandbox: z.object({ zalo: z.url(), vneid: z.url(), sms: z.url() }),
});

type Options = {
  readonly method: string;
  readonly url: string;
  readonly body: string | undefined;
  readonly dataDir: string;
};

function readOptions(): Options | 'help' | undefined {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { json: { type: 'string' }, data: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help === true) return 'help';
    const [method = '', url = '', ...more] = positionals;
    if (more.length > 0 || !/^[A-Z]+$/.test(method) || !URL.canParse(url))
      throw new Error('METHOD and URL are needed');
    const dataDir = values.data === undefined ? fileURLToPath(new URL('../.data', import.meta.url)) : resolve(values.data); // prettier-ignore
    return { method, url, body: values.json, dataDir };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return undefined;
  }
}

async function findDemo(dataDir: string) {
  try {
    const demo = demoSchema.parse(JSON.parse(await readFile(join(dataDir, 'demo.json'), 'utf8')));
    return (await fetch(`${demo.issuer}/healthz`)).ok ? demo : undefined;
  } catch {
    // No file, an old file, nobody at the address: in each case there is no demo.
    return undefined;
  }
}

async function run(): Promise<number> {
  const options = readOptions();
  if (options === undefined) return 2;
  if (options === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  const demo = await findDemo(options.dataDir);
  if (demo === undefined) {
    process.stderr.write('Không có bin/demo nào đang chạy (no demo is running): start bin/demo first\n');
    return 3;
  }
  const { issuer, portal, sandbox } = demo;
  const keys = await keptClientKeys(options.dataDir);
  const party = await createRelyingParty({
    issuer,
    clientId: 'portal',
    privateKey: keys.portal.privateKey,
    redirectUri: `${portal}/ve`,
  });
  const tell = (line: string) => void process.stdout.write(`${line}\n`);
  try {
    const wrong = await tryCall({ issuer, party, sandbox, tell }, options);
    if (wrong.length === 0) tell('\nDịch vụ đã kiểm tra đúng (ready).');
    else tell(`\nChưa đúng (not yet):\n${wrong.map((one) => `  - ${one}`).join('\n')}`);
    return wrong.length === 0 ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

process.exit(await run());
