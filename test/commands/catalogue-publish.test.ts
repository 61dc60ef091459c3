import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { judgeProposal } from '../../catalogue/approve.ts';
import { findPublished, listHistory } from '../../catalogue/published.ts';
import { openPublished } from '../../catalogue/publish.ts';
import { purposeLedger } from '../../consent/publish.ts';
import { openDatabase } from '../../database.ts';
import type { Database } from '../../database.ts';
import { acceptInvitation, inviteStaff } from '../../staff/invitation.ts';
import { PASSWORD } from '../counter/desk.ts';
import { servicesFolder } from '../catalogue/files.ts';
import { useDatabase } from '../support/database.ts';

type Ran = { code: number; out: string; err: string };
let environment: Record<string, string>;
let folder: string;
let db: Database;
const staffIds: string[] = [];
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tnid-publish-'));
  await cp(servicesFolder, join(folder, 'services'), { recursive: true });
  const { url } = await useDatabase();
  environment = {
    TNID_DATABASE_URL: url,
    TNID_KEK: randomBytes(32).toString('base64url'),
    TNID_ISSUER: 'https://id.test',
  };
  db = openDatabase(url, { maxConnections: 2 });
  const house = { db, origin: 'id.test' };
  await openPublished({ ...house, purposes: purposeLedger }, servicesFolder, new Date());
  const people = [['van.hanh', 'operator'], ['lan.pham', 'approver'], ['son.le', 'approver']] as const; // prettier-ignore
  for (const [login, role] of people) {
    const token = await inviteStaff(house, { login, role, unit: 'Sở', communeCode: undefined }, new Date());
    const accepted = await acceptInvitation(house, { token, password: PASSWORD }, new Date());
    if (accepted.outcome === 'accepted') staffIds.push(accepted.staffId);
  }
});
test.after.always(async () => {
  await db?.close();
  await rm(folder, { recursive: true, force: true });
});

const tnid = (...words: string[]) =>
  new Promise<Ran>((resolve) => {
    const env = { PATH: process.env['PATH'], ...environment };
    execFile('bin/tnid', ['catalogue', ...words], { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, err }),
    );
  });
const here = () => join(folder, 'services');
const by = ['--operator', 'van.hanh'];

/** One edit of a file, as somebody with the repository would make it. */
async function edit(change: (text: string) => string): Promise<void> {
  const file = join(here(), 'hoso.yaml');
  const text = await readFile(file, 'utf8');
  const changed = change(text);
  if (changed === text) throw new Error('the edit changed nothing');
  await writeFile(file, changed);
}

test.serial('nobody proposes without being an operator, nor what is published already', async (t) => {
  t.is((await tnid('propose', here())).code, 2, 'who proposes is said');
  for (const login of ['nobody.here', 'lan.pham'])
    t.is((await tnid('propose', here(), '--operator', login)).code, 1, login);
  const same = await tnid('propose', here(), ...by);
  t.is(same.code, 1);
  t.regex(same.err, /nothing differs/);
  t.is((await tnid('publish', 'deadbeef00', ...by)).code, 1);
  t.is((await tnid('publish', 'x', ...by)).code, 1);
  t.is((await tnid('publish')).code, 2);
  t.is((await listHistory(db)).length, 1);
});

test.serial('files with a mistake are not proposed', async (t) => {
  const whole = await readFile(join(here(), 'hoso.yaml'), 'utf8');
  await edit((text) => text.replace('level: 2', 'level: 3'));
  const { code, err } = await tnid('propose', here(), ...by);
  t.is(code, 1);
  t.regex(err, /hoso\.yaml:\d+: /);
  await writeFile(join(here(), 'hoso.yaml'), whole);
});

test.serial('a loosened rule is shown, waits for two people, and is published after them', async (t) => {
  // Tighter first, so that the files as they are come back as the looser ones.
  await edit((text) => text.replace(/maxAge: (\d+)/, (_all, seconds: string) => `maxAge: ${Number(seconds) - 60}`)); // prettier-ignore
  const tight = await tnid('propose', here(), ...by);
  t.is(tight.code, 0, tight.err);
  t.regex(tight.out, /^stronger {2}\S+: .*maxAge/m);
  const hash = /^stronger: \S+ ([0-9a-f]{64})$/m.exec(tight.out)?.[1] ?? '';
  const published = await tnid('publish', hash.slice(0, 12), ...by);
  t.is(published.code, 0, published.err);
  t.regex(published.out, /published as number 2 \(stronger\)/);

  const loose = await tnid('propose', servicesFolder, ...by);
  t.is(loose.code, 0, loose.err);
  t.regex(loose.out, /^weaker {4}\S+: .*maxAge/m);
  t.regex(loose.out, /2 approvers have to agree/);
  const name = /^weaker: (\S+) /m.exec(loose.out)?.[1] ?? '';
  const early = await tnid('publish', name, ...by);
  t.is(early.code, 1);
  t.regex(early.err, /needs 2 approvals, this one has 0/);

  const row = /^(\S+) +([0-9a-f]{12}) +weaker +open +0 +van\.hanh/m.exec((await tnid('proposals')).out);
  t.is(row?.[1], name);
  const [open] = await db.built<{ id: string }>(db.build('catalogue_proposal').select('id').where({ state: 'open' })); // prettier-ignore
  for (const staffId of staffIds.slice(1))
    await judgeProposal({ db, origin: 'id.test' }, { id: open?.id ?? '', staffId, verdict: 'approved', reason: 'Công văn 1' }, new Date()); // prettier-ignore
  const last = await tnid('publish', name, ...by);
  t.is(last.code, 0, last.err);
  t.is((await findPublished(db))?.number, 3);
  const history = await tnid('history');
  t.regex(history.out, /^3 .*weaker +Sở, Sở/m);
  t.regex(history.out, /^1 .*first/m);
});
