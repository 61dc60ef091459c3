import test from 'ava';
import { compactVerify, exportJWK, generateKeyPair } from 'jose';
import { canonicalJson } from '../../catalogue/canonical.ts';
import { loadCatalogue } from '../../catalogue/load.ts';
import { findRoute } from '../../policies/routes.ts';
import { signCatalogue, signerFromJwk } from '../../catalogue/sign.ts';
import { Refusal } from '../../errors.ts';
import { edit, folderOf, read, servicesFolder } from './files.ts';

// Issue 5, item 1, and law contract §12.
const utilities =
  'hoso ketqua bienlai phananh tongdai hoidap cuahang hocphi giaoduc truyenhinh phatthanh tintuc camera vipham gplx bhyt khambenh motcua thanhtoan thuongmai khodulieu gopy wifi tiemchung xebuyt catdien baolu dulich cong'.split(
    ' ',
  );
const openToEverybody = 'truyenhinh phatthanh tintuc camera wifi xebuyt catdien baolu dulich cong'.split(' ');

test('the catalogue of the province loads, and everything in it is found by name', async (t) => {
  const catalogue = await loadCatalogue(servicesFolder);
  t.deepEqual([...catalogue.serviceByCode.keys()].toSorted(), utilities.toSorted());
  t.is(catalogue.serviceById.get('https://bhyt.dichvu.tayninh.gov.vn')?.tokens, 'opaque');
  t.deepEqual(catalogue.serviceByCode.get('hoso')?.scopes, [
    'svc:hoso:nop',
    'svc:hoso:xem',
    'svc:hoso:tinh-trang',
    'svc:hoso:chuan-bi',
    'svc:hoso:nop-tthc',
  ]);
  t.like(catalogue.actionByName.get('hoso.nop'), {
    service: 'https://hoso.dichvu.tayninh.gov.vn',
    handover: 'local',
    effectiveAt: Date.parse('2025-12-31T17:00:00Z') / 1000,
  });
  t.like(catalogue.purposeById.get('phananh.xu-ly'), {
    basis: 'art19_1_c',
    service: 'https://phananh.dichvu.tayninh.gov.vn',
  });
  t.is(catalogue.scopes.get('svc:hoso:nop')?.level, 2);
  t.is(catalogue.scopes.get('svc:phananh:gui')?.level, 1);
  t.deepEqual(
    catalogue.actionsByScope.get('svc:hoso:xem')?.map(({ action }) => action),
    ['hoso.xem'],
  );
});

test('what is open to everybody says so and asks for nothing', async (t) => {
  const { services } = await loadCatalogue(servicesFolder);
  const open = services.filter(({ actions }) => actions.length === 0);
  t.deepEqual(open.map(({ code }) => code).toSorted(), openToEverybody.toSorted());
  for (const { code, public: routes, purposes } of open) {
    t.true(
      routes.some(({ title }) => title !== undefined),
      code,
    );
    if (code !== 'cong') t.deepEqual(purposes, [], code);
  }
});

test('every action says who carries it out, why it may, and what data is for', async (t) => {
  const { content, purposeById } = await loadCatalogue(servicesFolder);
  for (const { action, area, legal, require, lawfulPurpose } of content.actions) {
    t.true(area === 'province' || area === 'commune', action);
    t.true(legal.length > 20, action);
    t.true(
      [require.consent?.purpose, lawfulPurpose].some((id) => purposeById.has(id ?? '')),
      action,
    );
  }
  t.deepEqual(new Set(content.actions.map(({ area }) => area)), new Set(['province', 'commune'] as const));
});

test('what the law reserves for VNeID is proven by VNeID and then handed over, with no data of ours', async (t) => {
  const { content, purposeById } = await loadCatalogue(servicesFolder);
  const handedOver = content.actions.filter(({ handover }) => handover === 'national_portal');
  t.deepEqual(handedOver.map(({ action }) => action).toSorted(), [
    'hoso.nop-tthc',
    'thanhtoan.le-phi',
    'vipham.nop-phat',
  ]);
  for (const { action, require, lawfulPurpose } of handedOver) {
    t.like(require, { level: 2, amrAnyOf: [['vneid']] }, action);
    t.deepEqual(purposeById.get(lawfulPurpose ?? '')?.data, [], action);
  }
});

test('sensitive data and children are behind level 2; health and documents behind opaque tokens', async (t) => {
  const { services } = await loadCatalogue(servicesFolder);
  for (const { code, tokens, actions, purposes } of services) {
    for (const { id, data } of purposes) {
      const health = data.some(({ claim }) => /^(health|private_life)/.test(claim));
      if (health) t.is(tokens, 'opaque', code);
      const delicate = health || data.some(({ claim }) => claim.startsWith('child_'));
      for (const { action, require, lawfulPurpose } of actions)
        if (delicate && [require.consent?.purpose, lawfulPurpose].includes(id))
          t.is(require.level, 2, action);
    }
  }
});

test('opinions are counted once a person, and nobody learns whose they are', async (t) => {
  const service = (await loadCatalogue(servicesFolder)).serviceByCode.get('gopy');
  t.like(service, { pseudonymous: true, sector: 'gopy' });
  t.is(service?.transferAgreement, undefined);
  t.deepEqual(
    service?.actions.map(({ action, require }) => [action, require.level]),
    [
      ['gopy.gui', 1],
      ['gopy.cham-diem', 2],
    ],
  );
  t.true(service?.purposes.every(({ data }) => data.length === 0));
});

test('the personal number is named only with a basis and an agreement', async (t) => {
  const { services } = await loadCatalogue(servicesFolder);
  for (const { code, purposes, transferAgreement } of services)
    for (const { id, data, basisRef } of purposes)
      if (data.some(({ claim }) => claim === 'personal_number')) {
        t.truthy(basisRef, id);
        t.truthy(transferAgreement, code);
      }
});

test('filing through us says in its legal text that it is a sample', async (t) => {
  const catalogue = await loadCatalogue(servicesFolder);
  t.regex(catalogue.actionByName.get('hoso.nop')?.legal ?? '', /^MẪU THỬ: /);
});

test('the version names the newest date and the hash, and the order of files does not matter', async (t) => {
  const [hoso, bhyt] = [await read('hoso.yaml'), await read('bhyt.yaml')];
  const one = await loadCatalogue(await folderOf(t, { 'a.yaml': hoso, 'b.yaml': bhyt }));
  const two = await loadCatalogue(await folderOf(t, { 'a.yaml': bhyt, 'b.yaml': hoso }));
  t.is(one.version, two.version);
  t.is(one.version, `cat-2026-11-22#${one.sha256.slice(0, 4)}`);
  const other = await loadCatalogue(
    await folderOf(t, { 'a.yaml': edit(hoso, 'maxAge: 900', 'maxAge: 899') }),
    '2027-01-31',
  );
  t.regex(other.version, /^cat-2027-01-31#[0-9a-f]{4}$/);
  t.not(other.sha256, one.sha256);
});

test('an action is handed to the national portal unless its file says local', async (t) => {
  const text = edit(await read('hoso.yaml'), '    handover: local\n', '');
  const catalogue = await loadCatalogue(await folderOf(t, { 'hoso.yaml': text }));
  t.is(catalogue.actionByName.get('hoso.nop')?.handover, 'national_portal');
});

test('a broken catalogue is refused whole, with every problem at its line', async (t) => {
  const text = edit(
    edit(await read('hoso.yaml'), 'risk: high', 'risk: huge'),
    'maxAge: 900',
    'maxAge: mười lăm phút',
  );
  const folder = await folderOf(t, { 'hoso.yaml': text, 'bhyt.yaml': await read('bhyt.yaml') });
  const error = await t.throwsAsync(loadCatalogue(folder), { instanceOf: Refusal });
  const lines = error.message.split('\n');
  const lineOf = (piece: string): number => text.split('\n').findIndex((line) => line.includes(piece)) + 1;
  t.true(
    lines.some((line) => line.startsWith(`${folder}/hoso.yaml:${lineOf('risk: huge')}: `)),
    error.message,
  );
  t.true(
    lines.some((line) => line.startsWith(`${folder}/hoso.yaml:${lineOf('mười lăm')}: `)),
    error.message,
  );
});

test('an empty folder is no catalogue', async (t) => {
  await t.throwsAsync(loadCatalogue(await folderOf(t, {})), { instanceOf: Refusal, message: /không có tệp/ });
});

test('canonical JSON sorts members, leaves out what is absent and refuses fractions', (t) => {
  t.is(
    canonicalJson({ b: [1, 'ế"\n', true, null], a: undefined, A: { z: 1, y: 2 } }),
    '{"A":{"y":2,"z":1},"b":[1,"ế\\"\\n",true,null]}',
  );
  t.throws(() => canonicalJson({ a: 0.5 }));
});

test('the signed catalogue is a JWS of its own type whose payload is the canonical catalogue', async (t) => {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const catalogue = await loadCatalogue(servicesFolder);
  const { jws, etag } = await signCatalogue(catalogue, {
    issuer: 'https://id.tayninh.gov.vn',
    now: new Date('2026-11-22T10:00:00+07:00'),
    sign: signerFromJwk({ ...(await exportJWK(privateKey)), kid: '2026-11-a' }),
  });
  const { payload, protectedHeader } = await compactVerify(jws, publicKey);
  t.deepEqual(protectedHeader, { alg: 'ES256', typ: 'tn-catalogue+jwt', kid: '2026-11-a' });
  const text = new TextDecoder().decode(payload);
  const parsed = JSON.parse(text);
  t.is(canonicalJson(parsed), text);
  t.like(parsed, { iss: 'https://id.tayninh.gov.vn', iat: 1_795_316_400, version: catalogue.version });
  t.deepEqual(Object.keys(parsed).toSorted(), ['actions', 'iat', 'iss', 'purposes', 'services', 'version']);
  t.is(etag, `"${catalogue.sha256}"`);
});

test('a request belongs to an action, is public, or is denied', async (t) => {
  const service = (await loadCatalogue(servicesFolder)).serviceByCode.get('hoso');
  if (service === undefined) return t.fail('no service');
  const at = (method: string, path: string): string | undefined => {
    const found = findRoute(service, method, path);
    return typeof found === 'object' ? found.action : found;
  };
  t.is(at('POST', '/ho-so'), 'hoso.nop');
  t.is(at('GET', '/ho-so'), 'hoso.xem');
  t.is(at('HEAD', '/ho-so'), 'hoso.xem');
  t.is(at('GET', '/'), 'public');
  t.is(at('POST', '/thu-tuc'), 'hoso.nop-tthc');
  t.is(at('GET', '/tra-cuu/HS-2026-000001'), 'public');
  for (const [method, path] of [
    ['DELETE', '/ho-so'],
    ['GET', '/ho-so/'],
    ['GET', '/ho-so/1'],
    ['post', '/ho-so'],
  ] as const) {
    t.is(at(method, path), undefined);
  }
});
