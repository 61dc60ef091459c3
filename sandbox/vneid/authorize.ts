// GET /oauth2/authorize shows who may sign in; the same address by POST takes the choice.

import { randomUUID } from 'node:crypto';
import { CODE_LIFE_MS, remember, type HubState, type SignOn } from './state.ts';
import { escape, page } from '../twin/page.ts';
import { redirectTo, type Answer, type Asked } from '../twin/server.ts';

export const AUTHORIZE_PATH = '/oauth2/authorize';
const SYSTEM = 'Cổng đăng nhập VNeID';

export function authorize(asked: Asked, state: HubState): Answer {
  if (asked.method === 'POST') return decide(new URLSearchParams(asked.body), state);
  const client = state.clients.find(({ clientId }) => clientId === asked.query.get('client_id'));
  const redirectUri = asked.query.get('redirect_uri');
  // An unknown place to return to is shown here and never followed.
  if (client === undefined || redirectUri === null || !client.redirectUris.includes(redirectUri)) {
    return errorPage('Ứng dụng gọi đến đây chưa được đăng ký.');
  }
  const signOn: SignOn = {
    client,
    redirectUri,
    state: asked.query.get('state') ?? undefined,
    nonce: asked.query.get('nonce') ?? undefined,
    codeChallenge: asked.query.get('code_challenge') ?? undefined,
  };
  const problem = problemOf(asked.query);
  if (problem !== undefined) return back(signOn, { error: problem });
  const id = randomUUID();
  remember(state.signOns, id, signOn);
  return choosePage(id, state);
}

function decide(form: URLSearchParams, state: HubState): Answer {
  const id = form.get('sign_on') ?? '';
  const signOn = state.signOns.get(id);
  if (signOn === undefined) return errorPage('Phiên đăng nhập đã hết hạn.');
  if (form.get('decision') === 'deny') {
    state.signOns.delete(id);
    return back(signOn, { error: 'access_denied', error_description: 'User denied the consent' });
  }
  const citizen = state.citizens.find(({ sub }) => sub === form.get('citizen'));
  if (citizen === undefined) return errorPage('Không có tài khoản này.');
  state.signOns.delete(id);
  const code = randomUUID();
  remember(state.codes, code, { ...signOn, citizen, expiresAtMs: Date.now() + CODE_LIFE_MS, used: false });
  return back(signOn, { code, session_state: `${randomUUID()}.${randomUUID()}` });
}

function problemOf(query: URLSearchParams): string | undefined {
  if (query.get('response_type') !== 'code') return 'unsupported_response_type';
  if (!(query.get('scope') ?? '').split(' ').includes('openid')) return 'invalid_scope';
  const method = query.get('code_challenge_method');
  return query.has('code_challenge') && method !== 'S256' ? 'invalid_request' : undefined;
}

function back(signOn: SignOn, answer: Record<string, string>): Answer {
  const url = new URL(signOn.redirectUri);
  for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value);
  if (signOn.state !== undefined) url.searchParams.set('state', signOn.state);
  return redirectTo(url.href);
}

function choosePage(id: string, state: HubState): Answer {
  const people = state.citizens.map(
    ({ sub, name, birthdate, ial }) => `<li><button name="citizen" value="${escape(sub)}">${escape(name)}
      <small>Sinh năm ${escape(birthdate.slice(0, 4))}, tài khoản định danh mức ${ial}</small></button></li>`,
  );
  return page(200, {
    title: 'Đăng nhập bằng VNeID',
    system: SYSTEM,
    main: `<p>Đây là trang thử nghiệm, không phải VNeID thật. Không cần mật khẩu.</p>
<form method="post" action="${AUTHORIZE_PATH}">
<input type="hidden" name="sign_on" value="${escape(id)}">
<h2 id="who">Bạn là ai?</h2>
<ul aria-labelledby="who">${people.join('')}</ul>
<button class="quiet" name="decision" value="deny">Từ chối</button>
</form>`,
  });
}

function errorPage(sentence: string): Answer {
  return page(400, {
    title: 'Không đăng nhập được',
    system: SYSTEM,
    main: `<p>${escape(sentence)}</p><p>Bạn hãy quay lại ứng dụng và bắt đầu lại.</p>`,
  });
}
