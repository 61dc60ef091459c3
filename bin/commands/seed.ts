// Invented citizens with a past, made by the same verbs that serve real ones: every rule, event and
// receipt is there. For trying out a desk, a chart or a size; refused where real people are.

import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { bindPhone } from '../../accounts/phone.ts';
import { signInWithZalo } from '../../accounts/sign-in.ts';
import { createGrants } from '../../adapters/oidc-storage/grants.ts';
import { bindIdentity } from '../../assurance/binding.ts';
import { recordAccess } from '../../audit/record.ts';
import { openPublished } from '../../catalogue/publish.ts';
import type { CatalogueService } from '../../catalogue/catalogue.ts';
import { noticeBytes, recordAnswer } from '../../consent/give.ts';
import type { House } from '../../consent/give.ts';
import { findConsentPage } from '../../consent/my-consents.ts';
import { purposeLedger } from '../../consent/publish.ts';
import { withdrawConsent } from '../../consent/withdraw.ts';
import { sql } from '../../database.ts';
import type { Database } from '../../database.ts';
import { Refusal } from '../../errors.ts';
import type { Envelope } from '../../keys/envelope.ts';
import { currentKey, loadSigningKeys } from '../../keys/signing-keys.ts';
import { uuidv7 } from '../../keys/uuid.ts';
import { openVault } from '../../keys/vault.ts';
import { internationalNumber, inventPerson } from '../../sandbox/citizen/people.ts';
import { withKeys } from './ground.ts';

const APP_ID = 'seed';
const AT_ONCE = 4;
/** Of a hundred: how many were verified, agree to a voluntary purpose, take it back. */
const SHARES = { bound: 40, agrees: 70, withdraws: 6 };
const DAY_MS = 86_400_000;

const count = (most: number) => (text: string) => {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new InvalidArgumentError(`a number from 1 to ${most}`);
};

export const seedCommand = () =>
  new Command('seed')
    .description('fill an empty database with invented citizens and their history')
    .requiredOption('--citizens <n>', 'how many', count(1_000_000))
    .option('--months <n>', 'spread over so many months up to now', count(120), 6)
    .action(({ citizens, months }: { citizens: number; months: number }) =>
      withKeys((db, envelope, origin) => seed(db, envelope, origin, { citizens, months })),
    );

async function seed(
  db: Database,
  envelope: Envelope,
  origin: string,
  { citizens, months }: { citizens: number; months: number },
): Promise<void> {
  const real = await db.row(sql`select 1 as one from zalo_link where app_id <> ${APP_ID} limit 1`);
  if (real !== undefined) throw new Refusal('forbidden', 'this database has citizens who were not seeded');
  const now = new Date();
  const files = new URL('../../policies/services', import.meta.url).pathname;
  const { catalogue } = await openPublished({ db, origin, purposes: purposeLedger }, files, now);
  const keys = await loadSigningKeys(db, envelope, 'receipt', now);
  const vault = await openVault(db, envelope, now);
  const house = {
    db,
    vault,
    origin,
    issuer: `https://${origin}`,
    catalogue,
    receiptKey: () => currentKey(keys),
    grants: createGrants(db),
  };

  let done = 0;
  const worker = async (): Promise<void> => {
    while (done < citizens) {
      done += 1;
      progress(done, citizens);
      // More of them lately: a service that grows. Squaring shifts an even spread toward now.
      const age = 1 - Math.sqrt(randomInt(1_000_000) / 1_000_000);
      await seedCitizen(house, new Date(now.getTime() - age * months * 30 * DAY_MS), now);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  process.stdout.write(`${citizens} citizens over ${months} months\n`);
}

async function seedCitizen(house: House, at: Date, now: Date): Promise<void> {
  // Nothing seeded lies in the future.
  const within = (ms: number) => new Date(Math.min(now.getTime(), at.getTime() + randomInt(ms)));
  const { db, vault, origin } = house;
  const person = inventPerson();
  const profile = { appId: APP_ID, zaloId: person.zaloId, name: person.name, picture: undefined };
  const bound = happens(SHARES.bound);
  const accountId = await db
    .transaction(async () => {
      const signIn = await signInWithZalo(db, vault, profile, at);
      if (signIn.outcome !== 'new') return undefined; // the dice showed somebody twice
      const who = { accountId: signIn.accountId, clientId: 'seed' };
      await recordAccess(db, origin, { kind: 'login.zalo', outcome: 'ok', actor: 'self', ...who }, at);
      if (!bound) return who.accountId;
      const identity = { source: 'vneid', issuer: 'seed', upstreamSub: person.vneidSub, personalNumber: person.personalNumber, name: person.name, birthdate: person.birthdate.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3'), checkId: uuidv7(at), organisation: 'VNeID' } as const; // prettier-ignore
      await bindIdentity(house, { ...who, identity }, at);
      await bindPhone(db, vault, { ...who, e164: internationalNumber(person.phone), identified: true }, at);
      return who.accountId;
    })
    .catch((error: unknown) => {
      if (error instanceof Refusal && error.kind === 'conflict') return undefined; // a number drawn twice
      throw error;
    });
  if (accountId === undefined) return;
  const used = house.catalogue.services.filter(
    (service) => bound || service.actions.some(({ require }) => require.level === 1),
  );
  for (const service of used) await answer(house, accountId, service, bound, within(600_000));
  if (happens(SHARES.withdraws)) await withdrawOne(house, accountId, within(30 * DAY_MS));
}

async function answer(
  house: House,
  accountId: string,
  service: CatalogueService,
  bound: boolean,
  at: Date,
): Promise<void> {
  const scopes = service.actions
    .filter(({ require }) => bound || require.level === 1)
    .flatMap(({ require }) => require.scopes);
  const asked = service.purposes.filter(({ basis }) => basis === 'consent');
  const choices = Object.fromEntries(
    asked.map(({ id, needed }) => [id, needed || happens(SHARES.agrees) ? 'given' : 'refused'] as const),
  );
  const notice = { bytes: noticeBytes(service, scopes, 'vi'), language: 'vi' } as const;
  const acr = `${house.issuer}/acr/${bound ? 2 : 1}`;
  await recordAnswer(house, { accountId, clientId: 'seed', serviceId: service.id, scopes, asked: asked.map(({ id }) => id), choices, notice, acr, evidence: {} }, at); // prettier-ignore
}

async function withdrawOne(house: House, accountId: string, at: Date): Promise<void> {
  const services = await findConsentPage(house, { accountId, lang: 'vi' }, at);
  const live = services.flatMap(({ consents }) => consents).find((consent) => consent.live);
  if (live === undefined) return;
  const acr = `${house.issuer}/acr/1`;
  await withdrawConsent(house, { accountId, recordId: live.recordId, expectedVersion: live.recordVersion, language: 'vi', acr, evidence: {} }, at); // prettier-ignore
}

const happens = (ofHundred: number) => randomInt(100) < ofHundred;

function progress(done: number, all: number): void {
  if (process.stderr.isTTY && (done % 50 === 0 || done === all))
    process.stderr.write(`\r${done} / ${all}${done === all ? '\n' : ''}`);
}
