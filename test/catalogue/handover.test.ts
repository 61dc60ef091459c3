// Filing in both modes over real HTTP (law contract §2.6): the same service, one action done here and
// one handed over; each person below holds a token the broker could have signed.

import test from 'ava';
import { z } from 'zod';
import { startDossier } from '../../sandbox/demo-services/dossier.ts';
import type { DemoService } from '../../sandbox/demo-services/serve.ts';
import { waysToLevel2 } from '../../policies/explain.ts';
import { createApp, startIssuer, type Issuer } from '../guard/issuer.ts';

let issuer: Issuer;
let dossier: DemoService;
test.before(async () => {
  issuer = await startIssuer();
  dossier = await startDossier(issuer.options);
});
test.after.always(async () => {
  await dossier?.stop();
  await issuer?.stop();
});

const decisionSchema = z.looseObject({ decision_id: z.string() });
const logSchema = z.object({ nhatKy: z.array(decisionSchema) });

const form = { loai: 'Đăng ký lớp tin học', noiDung: 'Tôi xin học lớp buổi sáng.' };
const claimsOf = (way: keyof typeof waysToLevel2, sub: string) => ({
  sub,
  amr: [...waysToLevel2[way].amr],
  identity_source: waysToLevel2[way].identitySource,
  scope: 'svc:hoso:nop svc:hoso:nop-tthc svc:hoso:xem',
});

async function post(path: string, claims: Record<string, unknown>, method = 'POST') {
  const app = await createApp(issuer);
  const token = await app.token({ aud: dossier.audience, ...claims });
  const response = await fetch(dossier.url + path, {
    method,
    headers: {
      Authorization: `DPoP ${token}`,
      DPoP: await app.proof(token, { htm: method, htu: dossier.url + path }),
    },
    ...(method === 'POST' ? { body: JSON.stringify(form) } : {}),
  });
  const body: unknown = await response.json();
  return { status: response.status, challenge: response.headers.get('www-authenticate') ?? '', body };
}

const dossiersOf = async (sub: string) => (await post('/ho-so', claimsOf('vneid', sub), 'GET')).body;

for (const way of ['chip', 'card', 'counter'] as const) {
  test(`level 2 by ${way}: a step-up through VNeID is demanded for both, and nothing is stored`, async (t) => {
    const claims = claimsOf(way, `by-${way}`);
    for (const [path, scope] of [
      ['/thu-tuc', 'svc:hoso:nop-tthc'],
      ['/ho-so', 'svc:hoso:nop'],
    ] as const) {
      const answer = await post(path, claims);
      t.is(answer.status, 401, path);
      t.regex(answer.challenge, /error="insufficient_user_authentication"/);
      t.true(answer.challenge.includes(`scope="${scope}"`), answer.challenge);
      t.like(answer.body, { required: { amr_any_of: [['vneid']] } });
    }
    t.deepEqual(await dossiersOf(`by-${way}`), { hoSo: [] });
  });
}

test('level 2 by VNeID: national_portal hands over and stores nothing but the decision', async (t) => {
  const answer = await post('/thu-tuc', claimsOf('vneid', 'by-vneid'));
  t.is(answer.status, 403);
  t.is(answer.challenge, '');
  t.like(answer.body, { action: 'hoso.nop-tthc', location: 'https://dichvucong.gov.vn/' });
  t.deepEqual(await dossiersOf('by-vneid'), { hoSo: [] });
  const log = await fetch(`${dossier.url}/nhat-ky?action=hoso.nop-tthc`);
  const text = await log.text();
  const { decision_id: id } = decisionSchema.parse(answer.body);
  const kept = logSchema.parse(JSON.parse(text)).nhatKy.find((record) => record.decision_id === id);
  t.like(kept, { action: 'hoso.nop-tthc', allow: false, failed: ['handover'] });
  t.false(text.includes('by-vneid'), 'only a hash of the pairwise id');
});

test('level 2 by VNeID: local takes the sample form', async (t) => {
  t.is((await post('/ho-so', claimsOf('vneid', 'files-here'))).status, 201);
  t.like(await dossiersOf('files-here'), { hoSo: [form] });
});

test('VNeID of 20 minutes ago is asked again before anybody is handed over', async (t) => {
  const old = { ...claimsOf('vneid', 'old'), auth_time: Math.floor(Date.now() / 1000) - 1200 };
  const answer = await post('/thu-tuc', old);
  t.is(answer.status, 401);
  t.regex(answer.challenge, /max_age="900"/);
});
