import { createHash } from 'node:crypto';
import { compactVerify, createRemoteJWKSet, decodeJwt } from 'jose';
import test from 'ava';
import { loadCatalogue } from '../../catalogue/load.ts';
import { proposeCatalogue } from '../../catalogue/propose.ts';
import { publishProposal } from '../../catalogue/publish.ts';
import { findPublished } from '../../catalogue/published.ts';
import type { Catalogue } from '../../catalogue/catalogue.ts';
import { openBrowser } from '../../sandbox/citizen/browser.ts';
import { wordsOf } from '../../views/words/words.ts';
import { findStaff } from '../../staff/store.ts';
import { hire } from '../counter/people.ts';
import { servicesFolder } from '../catalogue/files.ts';
import { houseOn, stronger } from '../catalogue/publishing.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';

const words = wordsOf('vi');
const PATH = '/.well-known/tayninh-service-catalogue';
let house: TestHouse;
let files: Catalogue;
let operatorId: string;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  files = await loadCatalogue(servicesFolder);
  await hire(house, 'van.hanh', 'operator');
  operatorId = (await findStaff(house.db, 'van.hanh'))?.id ?? '';
});
test.after.always(() => house?.stop());

const get = (path: string, headers: Record<string, string> = {}, at = house.issuer) =>
  fetch(`${at}${path}`, { headers: { accept: 'text/html', ...headers } });
const until = async (met: () => Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await met()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it did not happen within five seconds');
};
const publish = async (catalogue: Catalogue) => {
  const desk = houseOn(house.db);
  const { id } = await proposeCatalogue(desk, { catalogue, operatorId }, new Date());
  return publishProposal(desk, { id, operatorId }, new Date());
};

test.serial('what is published is served signed, with the second of its publication', async (t) => {
  const answer = await get(PATH);
  const jws = await answer.text();
  t.is(answer.headers.get('content-type'), 'application/jose');
  t.is(answer.headers.get('etag'), `"${files.sha256}"`);
  const { protectedHeader } = await compactVerify(jws, createRemoteJWKSet(new URL(`${house.issuer}/jwks`)));
  t.is(protectedHeader.typ, 'tn-catalogue+jwt');
  const published = await findPublished(house.db);
  t.is(decodeJwt(jws).iat, Math.floor((published?.publishedAt.getTime() ?? 0) / 1000));
  t.is((await get(PATH, { 'if-none-match': `"${files.sha256}"` })).status, 304);
});

test.serial('every broker follows a publication at once, and none goes back', async (t) => {
  const other = await house.another();
  const before = decodeJwt(await (await get(PATH)).text());
  const next = stronger(files, 60);
  t.like(await publish(next), { outcome: 'published', number: 2 });
  for (const at of [house.issuer, `http://localhost:${other.port}`]) {
    await until(async () => (await get(PATH, {}, at)).headers.get('etag') === `"${next.sha256}"`);
    const after = decodeJwt(await (await get(PATH, {}, at)).text());
    t.is(after['version'], next.version);
    t.true((after.iat ?? 0) > (before.iat ?? 0));
  }
  t.true(house.logged.some((line) => line.includes('catalogue.reloaded') && line.includes(next.version)));
});

test.serial('a broker that starts beside changed files serves what is published, and says so', async (t) => {
  const from = house.logged.length;
  const broker = await house.another();
  const answer = await get(PATH, {}, `http://localhost:${broker.port}`);
  t.not(answer.headers.get('etag'), `"${files.sha256}"`, 'the files are the looser ones here');
  const warned = () => house.logged.slice(from).find((line) => line.includes('catalogue.unpublished'));
  await until(async () => warned() !== undefined);
  t.true(warned()?.includes(files.version));
});

test.serial('every version stays at the address of its hash', async (t) => {
  for (const sha256 of [files.sha256, stronger(files, 60).sha256]) {
    const answer = await get(`${PATH}/${sha256}`);
    const bytes = Buffer.from(await answer.arrayBuffer());
    t.is(answer.status, 200);
    t.is(createHash('sha256').update(bytes).digest('hex'), sha256);
    t.regex(answer.headers.get('content-type') ?? '', /^application\/json/);
    t.regex(answer.headers.get('cache-control') ?? '', /immutable/);
    t.is((await get(`${PATH}/${sha256}`, { 'if-none-match': `"${sha256}"` })).status, 304);
  }
  for (const wrong of ['0'.repeat(64), 'x', files.sha256.slice(0, 63), '..%2f..', '%00'])
    t.is((await get(`${PATH}/${wrong}`)).status, 404, wrong);
});

for (const lang of ['vi', 'en'] as const) {
  test.serial(
    `/catalogue says in ${lang} who may do what, and every link of it leads somewhere`,
    async (t) => {
      const browser = openBrowser({ language: lang });
      await browser.open(`${house.issuer}/catalogue`);
      const said = wordsOf(lang).catalogue;
      const { document, title } = browser.page();
      t.is(title, said.title);
      for (const group of Object.values(said.groups)) t.true(document.text.includes(group.title));
      const text = document.text;
      for (const { title: name } of files.content.actions) t.true(text.includes(name[lang]), name[lang]);
      for (const { code } of files.services.filter(({ actions }) => actions.length > 0))
        t.truthy(document.querySelector(`a[href="/catalogue/${code}"]`), code);
      t.true(text.includes(stronger(files, 60).sha256));
      const links = [
        ...new Set(document.querySelectorAll('main a').map((one) => one.getAttribute('href') ?? '')),
      ];
      for (const link of links) t.is((await get(link)).status, 200, link);
    },
  );
}

test.serial('a page about a service names owner, data, purposes, basis, time and hand-over', async (t) => {
  for (const service of files.services) {
    const answer = await get(`/catalogue/${service.code}`);
    const text = (await answer.text())
      .replaceAll('&#39;', "'")
      .replaceAll('&quot;', '"')
      .replaceAll('&amp;', '&');
    t.is(answer.status, 200, service.code);
    for (const said of [
      service.title.vi,
      service.owner.vi,
      service.contact,
      ...service.purposes.flatMap((one) => [one.title.vi, one.text.vi, one.retentionText.vi, ...one.data.map(({ label }) => label.vi)]), // prettier-ignore
      ...service.actions.flatMap(({ title, legal, action }) => [title.vi, legal, action]),
    ])
      t.true(text.includes(said), `${service.code}: ${said}`);
  }
  for (const wrong of ['nope', '__proto__', 'constructor', 'a%2Fb'])
    t.is((await get(`/catalogue/${wrong}`)).status, 404, wrong);
});

test.serial('the history shows what was tightened, by offices and not by people', async (t) => {
  const browser = openBrowser();
  await browser.open(`${house.issuer}/catalogue/lich-su`);
  const list = browser.page().document.text;
  t.true(list.includes(words.catalogueHistory.number(2)) && list.includes(words.catalogueHistory.number(1)));
  t.false(list.includes('van.hanh'));
  await browser.follow(words.catalogueHistory.open);
  const page = browser.page();
  t.is(page.title, words.catalogueHistory.versionTitle(stronger(files, 60).version));
  const text = page.document.text;
  t.true(text.includes(words.catalogueHistory.directions.stronger) && text.includes('hoso.nop'));
  t.true(text.includes(words.catalogueHistory.before) && text.includes(words.catalogueHistory.after));
  t.true(text.includes('1 phút'), 'the rule as a sentence');
  for (const wrong of ['0', '3', '1x', '01', '-1', '%00', '1e0'])
    t.is((await get(`/catalogue/phien-ban/${wrong}`)).status, 404, wrong);
});

test.serial('what a person can do is answered without JavaScript, by the rules in force', async (t) => {
  const at = `${house.issuer}/catalogue/ai-lam-duoc-gi`;
  const browser = openBrowser();
  await browser.open(at);
  t.is(browser.page().title, words.catalogueWho.title);
  const underHeading = (heading: string): string => {
    const found = browser
      .page()
      .document.querySelectorAll('main h2')
      .find((one) => one.text.startsWith(heading));
    return found?.nextElementSibling?.text ?? '';
  };
  const titleOf = (action: string) => files.actionByName.get(action)?.title.vi ?? 'no such action';
  await browser.press(words.catalogueWho.button, { muc: '1', phut: '20' });
  t.true(underHeading(words.catalogueWho.answers.yes).includes(titleOf('phananh.gui')));
  t.true(underHeading(words.catalogueWho.answers['step-up']).includes(titleOf('hoso.nop')));
  await browser.press(words.catalogueWho.button, { muc: '2', phut: '0', cach: 'vneid' });
  t.true(underHeading(words.catalogueWho.answers.yes).includes(titleOf('hoso.nop')));
  await browser.press(words.catalogueWho.button, { muc: '2', phut: '2', cach: 'vneid' });
  t.true(underHeading(words.catalogueWho.answers['step-up']).includes(titleOf('hoso.nop')), 'one minute, since it was tightened'); // prettier-ignore
  await browser.press(words.catalogueWho.button, { muc: '0', phut: '0' });
  t.is(underHeading(words.catalogueWho.answers.yes), '', 'nothing without signing in');
  await browser.follow('English');
  t.is(browser.page().title, wordsOf('en').catalogueWho.title);
  t.truthy(browser.page().document.querySelector('option[value="0"][selected]'), 'the question is kept');
  for (const query of [
    'phut=',
    'phut=-1',
    'phut=1.5',
    'phut=99999',
    'phut=hai',
    'phut=1&phut=2',
    'phut=%00',
    'muc=9&phut=x',
  ])
    // prettier-ignore
    t.is((await get(`/catalogue/ai-lam-duoc-gi?${query}`)).status, 400, query);
  for (const query of ['muc=9', 'cach[]=x', 'muc=__proto__&phut=1&cach=constructor'])
    t.is((await get(`/catalogue/ai-lam-duoc-gi?${query}`)).status, 200, query);
});

test.serial('the first page leads to the catalogue', async (t) => {
  const browser = openBrowser();
  await browser.open(house.issuer);
  await browser.follow(words.catalogue.title);
  t.is(browser.page().title, words.catalogue.title);
  t.deepEqual(house.logged.filter((line) => line.includes('"level":"error"')), []); // prettier-ignore
});
