import test from 'ava';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ask, createPortal } from '../support/rp.ts';
import type { Reply, Rp } from '../support/rp.ts';
import { LEVEL_ONE, meet, signIn } from '../support/visitor.ts';
import type { Visitor } from '../support/visitor.ts';

// The tables beside this one say what each wrong request is answered. Here every door gets every
// oddity, and one thing is asked: no 5xx, no error in the log, and the citizen's session lives on.
let house: TestHouse;
let rp: Rp;
let visitor: Visitor;
let tokens: Reply;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
  visitor = await meet(house);
  tokens = (await signIn(rp, visitor, LEVEL_ONE)).tokens;
});
test.after.always(() => house?.stop());

const PATHS = [
  '/', '/auth', '/auth/x', '/par', '/token', '/introspect', '/revoke', '/userinfo', '/jwks', '/session/end',
  '/session/end/confirm', '/session/end/success', '/revocations', '/toi', '/toi/ve', '/toi/dong-y/x', '/toi/dang-xuat',
  '/zalo/ve', '/vneid/ve', '/counter', '/counter/ma', '/counter/yeu-cau/x', '/counter/ho-so/x/khoa', '/counter/xong/x',
  '/can-bo/dang-nhap', '/can-bo/dang-nhap/khoa', '/can-bo/thoat', '/can-bo/bao-mat', '/interaction/x', '/interaction/x/zalo', '/healthz', '/readyz', '/__proto__', '/constructor',
  '/catalogue', '/catalogue/x', '/catalogue/lich-su', '/catalogue/phien-ban/x', '/catalogue/ai-lam-duoc-gi', '/can-bo/danh-muc', '/can-bo/danh-muc/x',
  '/.well-known/openid-configuration', '/.well-known/tayninh-service-catalogue', '/.well-known/tayninh-service-catalogue/x', '/da-dang-xuat', '/quyen-cua-ban',
  '/xong', '/tiep/x', `/tiep/${'x'.repeat(43)}`, '/tiep/x/toi', '/tiep/x/khong', '/tiep/da-dung', '/tiep/vneid/ve',
]; // prettier-ignore
const METHODS = ['HEAD', 'OPTIONS', 'GET', 'POST', 'PATCH'];
const HEADERS: readonly Record<string, string>[] = [
  { accept: 'application/json' },
  { accept: 'text/html', cookie: 'a=%E0%A4%A; =; ;;__Host-tnid' },
  { origin: 'null', 'access-control-request-method': 'POST', 'access-control-request-headers': 'dpop' },
  { 'content-encoding': 'gzip', 'content-type': 'application/x-www-form-urlencoded' },
  { 'content-type': 'application/x-www-form-urlencoded; charset=utf-16' },
  { authorization: `DPoP ${'x'.repeat(100)}`, dpop: 'y' },
  { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'ftp', forwarded: 'host=evil.example' },
];
const BODY = '%E0%A4%A=%&a[b]=c&__proto__=x&client_id=%00';
const ODD = ['', '\u0000', '%00', 'x'.repeat(3_000), '[]', '{}', 'ờ', '-1', 'null', '\ud800'];
const ASKED = ['scope', 'resource', 'acr_values', 'prompt', 'login_hint', 'id_token_hint', 'ui_locales', 'nonce', 'state', 'display', 'response_mode', 'code_challenge', 'client_id', 'request']; // prettier-ignore
const TOLD = ['scope', 'resource', 'refresh_token', 'grant_type', 'client_id', 'client_assertion_type', 'token', 'token_type_hint']; // prettier-ignore

const errors = () => house.logged.filter((line) => /"level":"error"/.test(line));

test.serial('no method with no header breaks any address', async (t) => {
  for (const path of PATHS) {
    const replies = await Promise.all(
      METHODS.flatMap((method) =>
        HEADERS.map(async (headers) => {
          const body = method === 'POST' || method === 'PATCH' ? { body: BODY } : {};
          const reply = await ask(`${house.issuer}${path}`, { method, headers, ...body });
          return { reply, said: `${method} ${path} ${JSON.stringify(headers)}: ${reply.status}` };
        }),
      ),
    );
    for (const { reply, said } of replies) {
      t.true(reply.status < 500, said);
      t.notRegex(`${reply.headers.get('location')} ${reply.text}`, /evil\.example/, said);
    }
  }
  t.deepEqual(errors(), []);
});

test.serial('no odd value breaks an authorization request', async (t) => {
  for (const name of ASKED) {
    for (const value of ODD) {
      const said = `${name}=${value.slice(0, 10)}`;
      const { answer, url } = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource, { [name]: value });
      t.true(answer.status < 500, said);
      const arrival = answer.status === 201 ? await visitor.open(url) : undefined;
      if (arrival?.at === 'page') t.true(arrival.page.status < 500, said);
    }
  }
  t.deepEqual(errors(), []);
});

test.serial('no odd value breaks the token endpoints', async (t) => {
  for (const name of TOLD) {
    const replies = await Promise.all(
      ODD.flatMap((value) => [
        rp.refresh(tokens, { [name]: value }),
        rp.introspect('x', { [name]: value }),
        rp.revoke('x', { [name]: value }),
      ]),
    );
    for (const { status, text } of replies) t.true(status < 500, `${name}: ${text}`);
  }
  t.deepEqual(errors(), []);
  t.is((await rp.refresh(tokens)).status, 200);
});
