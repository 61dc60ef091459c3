import test from 'ava';
import { startHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ask, createPortal } from '../support/rp.ts';
import { LEVEL_ONE, meet, signIn } from '../support/visitor.ts';
test('x', async (t) => {
  const house = await startHouse((await useDatabase()).url);
  const rp = await createPortal(house, 'cong-thu');
  const v = await meet(house);
  const { tokens } = await signIn(rp, v, LEVEL_ONE);
  const paths = ['/', '/auth', '/auth/x', '/par', '/token', '/introspect', '/revoke', '/userinfo', '/jwks', '/session/end', '/session/end/confirm', '/session/end/success', '/revocations', '/toi', '/toi/ve', '/toi/dong-y/x', '/toi/dang-xuat', '/zalo/ve', '/vneid/ve', '/interaction/x', '/interaction/x/zalo', '/healthz', '/readyz', '/.well-known/openid-configuration', '/.well-known/tayninh-service-catalogue', '/da-dang-xuat', '/quyen-cua-ban', '/metrics', '/__proto__', '/constructor'];
  for (const path of paths) for (const method of ['HEAD', 'OPTIONS', 'GET', 'POST', 'PATCH']) for (const headers of [{}, { accept: 'application/json' }, { accept: 'text/html', cookie: 'a=%E0%A4%A; =; ;;__Host-tnid' }, { origin: 'null', 'access-control-request-method': 'POST', 'access-control-request-headers': 'dpop' }, { 'content-encoding': 'gzip', 'content-type': 'application/x-www-form-urlencoded' }, { 'content-type': 'application/x-www-form-urlencoded; charset=utf-16' }, { authorization: 'DPoP ' + 'x'.repeat(100), dpop: 'y' }, { 'if-none-match': '\u00ff' }, { host: 'evil.example' }] as Record<string, string>[]) {
    try {
      const r = await ask(house.issuer + path, { method, headers, ...(method === 'POST' || method === 'PATCH' ? { body: '%E0%A4%A=%&a[b]=c&__proto__=x&client_id=%00' } : {}) });
      if (r.status >= 500) t.log(method, path, JSON.stringify(headers), r.status, r.text.slice(0, 200));
      if (/evil\.example/.test(r.headers.get('location') ?? '')) t.log('LOCATION', path);
      if (headers['origin'] && r.headers.get('access-control-allow-origin')) t.log('CORS', method, path, r.status, r.headers.get('access-control-allow-origin'));
    } catch (e) { t.log(method, path, String(e), String((e as Error).cause)); }
  }
  // odd parameters
  const odd = ['', '\u0000', '%00', 'x'.repeat(3000), '[]', '{}', 'ờ', '-1', '1e9', 'null', '\ud800'];
  for (const name of ['scope', 'resource', 'acr_values', 'max_age', 'prompt', 'login_hint', 'id_token_hint', 'ui_locales', 'claims_locales', 'nonce', 'state', 'display', 'response_mode', 'dpop_jkt', 'code_challenge', 'audience', 'authorization_details', 'web_message_uri', 'client_id', 'request'])
    for (const value of odd) {
      const b = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource, { [name]: value });
      if (b.answer.status >= 500) t.log('PAR', name, JSON.stringify(value.slice(0, 10)), b.answer.status, b.answer.text);
      if (b.answer.status === 201) {
        const a = await v.open(b.url);
        if (a.at === 'page' && a.page.status >= 500) t.log('AUTH', name, JSON.stringify(value.slice(0, 10)), a.page.status);
      }
    }
  for (const name of ['scope', 'resource', 'refresh_token', 'grant_type', 'client_id', 'token', 'client_assertion_type', 'code', 'redirect_uri', 'code_verifier', 'token_type_hint'])
    for (const value of odd) {
      for (const r of [await rp.refresh(tokens, { [name]: value }), await rp.introspect('x', { [name]: value }), await rp.revoke('x', { [name]: value }), await rp.post('/token', { grant_type: 'authorization_code', code: 'x', redirect_uri: 'y', code_verifier: 'z'.repeat(43), [name]: value })])
        if (r.status >= 500) t.log('TOKEN', name, JSON.stringify(value.slice(0, 10)), r.status, r.text);
    }
  for (const l of house.logged.filter((l) => /"level":"error"/.test(l))) t.log(l.slice(0, 500));
  t.is((await rp.refresh(tokens)).status, 200);
  await house.stop();
});
