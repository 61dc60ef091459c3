// The desk of the 1022 hotline in the sandbox: a page for an operator, and behind it a confidential client
// of the broker that gets nothing but what the citizen on the telephone allows (docs/assisted-requests.md).

import { readFile } from 'node:fs/promises';
import type { JWK } from 'jose';
import { z } from 'zod';
import { render, type Html } from '../../views/html.ts';
import { startTwin, type Answer, type Asked } from '../twin/server.ts';
import { createCalls, type Errand } from './calls.ts';
import { callPage, deskPage, type Typed } from './pages.ts';

export type DeskTwin = { readonly url: string; stop(): Promise<void> };

/** Scopes for the desk's registration: what its errands ask for. */
export const deskScopes = ['svc:hoso:xem', 'svc:phananh:gui'] as const;

const EMPTY: Typed = { phone: '', operator: '', reason: '' };

export async function startDesk(options: {
  readonly port: number;
  readonly issuer: string;
  readonly clientId: string;
  readonly privateKey: JWK;
  readonly services: { readonly dossier: string; readonly report: string };
}): Promise<DeskTwin> {
  const { port, issuer, clientId, privateKey, services } = options;
  const calls = await createCalls({ issuer, clientId, privateKey });
  const errands = errandsOf(services);
  const style = await readFile(new URL('../../views/style.css', import.meta.url), 'utf8');

  async function answer({ method, path, headers, body }: Asked, here: string): Promise<Answer> {
    if (method === 'GET' && path === '/') return page(200, deskPage(errands, calls.newest(), EMPTY, false));
    if (method === 'GET' && path === '/style.css')
      return { status: 200, headers: { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'max-age=300' }, body: style }; // prettier-ignore
    const call = method === 'GET' && path.startsWith('/cuoc/') ? calls.find(path.slice('/cuoc/'.length)) : undefined; // prettier-ignore
    if (call !== undefined)
      return page(200, callPage(call), call.state.is === 'waiting' ? { refresh: '3' } : {});
    if (method !== 'POST' || path !== '/yeu-cau')
      return page(404, deskPage(errands, calls.newest(), EMPTY, false));
    // A form on somebody else's page must not make the operator's browser ask for anybody.
    if (headers.origin !== undefined && headers.origin !== here)
      return { status: 403, headers: {}, body: '' };
    const form = new URLSearchParams(body);
    const text = (name: string) => (form.get(name) ?? '').trim();
    const typed = { phone: text('phone'), operator: text('operator'), reason: text('reason') };
    const errand = errands.find(({ id }) => id === text('errand'));
    const isPhone = /^(?:0|\+?84)\d{9}$/.test(typed.phone.replaceAll(/[\s.()-]/g, ''));
    if (errand === undefined || !isPhone || typed.operator.length < 3 || typed.reason.length < 3)
      return page(400, deskPage(errands, calls.newest(), typed, true));
    const { id } = await calls.begin({ ...typed, errand });
    return { status: 303, headers: { location: `/cuoc/${id}`, 'cache-control': 'no-store' }, body: '' };
  }

  const twin = await startTwin({
    port,
    host: 'localhost',
    knobSchema: z.object({}),
    answer: (asked, { url }) => answer(asked, url),
  });
  return {
    url: twin.url,
    async stop() {
      calls.stop();
      await twin.close();
    },
  };
}

const errandsOf = ({ dossier, report }: { dossier: string; report: string }): readonly Errand[] => [
  {
    id: 'xem-ho-so',
    title: 'Xem hồ sơ của người dân',
    scope: 'svc:hoso:xem',
    resource: 'https://hoso.dichvu.tayninh.gov.vn',
    request: { method: 'GET', url: `${dossier}/ho-so` },
  },
  {
    id: 'gui-phan-anh',
    title: 'Gửi phản ánh thay người dân',
    scope: 'svc:phananh:gui',
    resource: 'https://phananh.dichvu.tayninh.gov.vn',
    request: { method: 'POST', url: `${report}/phan-anh`, body: { noiDung: 'Đèn đường hỏng, người dân báo qua điện thoại', viTri: 'Theo lời người dân' } }, // prettier-ignore
  },
];

function page(status: number, content: Html, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      // Not no-referrer: a browser then sends its own forms with `Origin: null`.
      'referrer-policy': 'same-origin',
      'content-security-policy': "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'", // prettier-ignore
      ...headers,
    },
    body: render(content),
  };
}
