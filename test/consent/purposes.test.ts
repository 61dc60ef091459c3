import test from 'ava';
import { loadCatalogue } from '../../catalogue/load.ts';
import type { CatalogueService } from '../../catalogue/catalogue.ts';
import { givenPurposes, purposesFor, purposesToAsk } from '../../consent/purposes.ts';
import type { Decision } from '../../consent/purposes.ts';
import { HOSO } from './ledger.ts';

let hoso: CatalogueService;
test.before(async () => {
  const catalogue = await loadCatalogue(new URL('../../policies/services', import.meta.url).pathname);
  const found = catalogue.serviceById.get(HOSO);
  if (found === undefined) throw new Error('the catalogue has no dossier service');
  hoso = found;
});

const FILING = 'hoso.xu-ly'; // consent, needed
const NOTICES = 'hoso.bao-tin'; // consent, voluntary, no action needs it
const LOOKING = 'hoso.tra-cuu'; // rests on law

const shown: readonly [title: string, scopes: readonly string[], purposes: readonly string[]][] = [
  ['filing shows its purpose and the voluntary one', ['svc:hoso:nop'], [FILING, NOTICES]],
  ['looking shows what rests on law and the voluntary one', ['svc:hoso:xem'], [NOTICES, LOOKING]],
  ['both show all three', ['svc:hoso:nop', 'svc:hoso:xem'], [FILING, NOTICES, LOOKING]],
  ['scopes of others show only what is voluntary', ['openid', 'svc:phananh:gui'], [NOTICES]],
];
for (const [title, scopes, purposes] of shown) {
  test(title, (t) => {
    t.deepEqual(purposesFor(hoso, scopes).map(({ id }) => id), purposes);
  }); // prettier-ignore
}

// The filing's words are at version 2 (policies/services/hoso.yaml).
const decided = (id: string, state: string, version = id === FILING ? 2 : 1): Decision => ({ id, state, version }); // prettier-ignore
const asked: readonly [title: string, decisions: readonly Decision[], again: boolean, purposes: readonly string[]][] = [
  ['nothing decided: everything that rests on consent is asked', [], false, [FILING, NOTICES]],
  ['what rests on law is never asked, also not again', [], true, [FILING, NOTICES]],
  ['what was given is not asked again', [decided(FILING, 'given'), decided(NOTICES, 'renewed')], false, []],
  ['what was refused is not asked again: no nagging', [decided(FILING, 'refused'), decided(NOTICES, 'refused')], false, []],
  ['a needed purpose that was withdrawn is asked anew, a voluntary one is not', [decided(FILING, 'withdrawn'), decided(NOTICES, 'withdrawn')], false, [FILING]],
  ['prompt=consent asks everything again', [decided(FILING, 'given'), decided(NOTICES, 'refused')], true, [FILING, NOTICES]],
  ['new words force a new choice', [decided(FILING, 'given', 0), decided(NOTICES, 'refused', 0)], false, [FILING, NOTICES]],
  ['an expired, revoked or only requested consent is asked', [decided(FILING, 'expired'), decided(NOTICES, 'requested')], false, [FILING, NOTICES]],
  ['a decision on another purpose decides nothing here', [decided(LOOKING, 'given'), decided('no.such', 'given')], false, [FILING, NOTICES]],
]; // prettier-ignore
for (const [title, decisions, again, purposes] of asked) {
  test(title, (t) => {
    const all = purposesFor(hoso, ['svc:hoso:nop', 'svc:hoso:xem']);
    t.deepEqual(purposesToAsk(all, decisions, { again }).map(({ id }) => id), purposes);
  }); // prettier-ignore
}

const standing: readonly [state: string, stands: boolean][] = [
  ['given', true],
  ['renewed', true],
  ['requested', false],
  ['refused', false],
  ['withdrawn', false],
  ['expired', false],
  ['revoked_by_controller', false],
  ['invalidated', false],
  ['something new', false],
];
for (const [state, stands] of standing) {
  test(`${state}: processing is ${stands ? 'allowed' : 'not allowed'}`, (t) => {
    t.deepEqual(givenPurposes(hoso, [decided(FILING, state)]), stands ? [FILING] : []);
    t.deepEqual(givenPurposes(hoso, [decided(FILING, state, 7)]), [], 'never at other words than today’s');
  });
}
