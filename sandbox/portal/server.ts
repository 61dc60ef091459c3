// The demo portal "Cổng tiện ích Tây Ninh (bản thử)": a confidential client whose tokens stay on
// the server. It shows what a real portal of the province has to do, and nothing more.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { render, type Html } from '../../views/html.ts';
import { galleryPage } from '../gallery.ts';
import { createRelyingParty, isRefusedByBroker, type Registration } from '../relying-party/relying-party.ts';
import { logoutTokens } from './back-channel.ts';
import { readInfo, runErrand, type Outcome, type Services } from './errands.ts';
import { handoverPage, procedurePage } from './national-portal.ts';
import { dossierPage, frameOf, homePage, isSignedIn, problemPage, receiptPage, reportPage } from './pages.ts';
import { infoPage } from './info-page.ts';
import { tryoutPage, type Tryout } from './tryout.ts';
import {
  cookieOf,
  createSessions,
  isOurForm,
  keyOf,
  noCookie,
  type Errand,
  type Session,
} from './sessions.ts';

export type Portal = { readonly url: string; stop(): Promise<void> };

type Reply = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
};
type Visit = { readonly url: URL; readonly session: Session | undefined; readonly form: URLSearchParams };

const MOST_BODY_BYTES = 16 * 1024;
const FIELDS = { report: ['noiDung', 'viTri'], dossier: ['loai', 'noiDung'] } as const;

export async function startPortal(options: {
  readonly port: number;
  readonly registration: Registration;
  readonly services: Services;
  /** Leads to a page about the people of the demo. */
  readonly tryout?: Tryout;
}): Promise<Portal> {
  const { registration, services, tryout } = options;
  const { issuer } = registration;
  const home = new URL(registration.redirectUri).origin;
  const party = await createRelyingParty(registration);
  const sessions = createSessions();
  const backChannel = logoutTokens(party);
  const style = await readFile(new URL('../../views/style.css', import.meta.url));

  const routes: Readonly<Record<string, (visit: Visit) => Promise<Reply>>> = {
    'GET /': async ({ session }) => page(homePage(session, issuer, tryout !== undefined)),
    'GET /dung-thu': async ({ session }) =>
      tryout === undefined ? redirect('/') : page(tryoutPage(frameOf(session), tryout)),
    'GET /style.css': async () => ({
      status: 200,
      headers: { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'max-age=300' },
      body: style,
    }),
    'GET /phan-anh': async ({ session }) => {
      const visitor = session ?? (await newSession());
      return withCookie(visitor, page(reportPage(visitor)));
    },
    'POST /phan-anh': (visit) => submit(visit, 'report'),
    'GET /ho-so': async ({ session }) => {
      const visitor = session ?? (await newSession());
      if (visitor.papers !== undefined && isSignedIn(visitor))
        return page(dossierPage(visitor, visitor.papers));
      return withCookie(visitor, await run(visitor, { kind: 'papers', body: {}, tried: [] }));
    },
    'POST /ho-so': (visit) => submit(visit, 'dossier'),
    'GET /thu-tuc': async ({ session }) => {
      const visitor = session ?? (await newSession());
      return withCookie(visitor, page(procedurePage(frameOf(visitor), visitor.csrf)));
    },
    'POST /thu-tuc': async ({ session, form }) =>
      session === undefined || !isOurForm(session, form.get('csrf'))
        ? forged(session)
        : run(session, { kind: 'procedure', body: {}, tried: [] }),
    'GET /cong-quoc-gia': async ({ session }) =>
      session?.handedOverTo === undefined
        ? redirect('/thu-tuc')
        : page(handoverPage(frameOf(session), session.handedOverTo)),
    'GET /thong-tin': async ({ session }) => {
      const visitor = session ?? (await newSession());
      return withCookie(visitor, page(infoPage(visitor, await readInfo(party, visitor), issuer)));
    },
    'POST /thong-tin': async ({ session, form }) => {
      if (session === undefined || !isOurForm(session, form.get('csrf'))) return forged(session);
      return run(session, { kind: 'info', body: { 'hoi-lai': form.get('hoi-lai') ?? '' }, tried: [] });
    },
    'GET /ket-qua': async ({ session }) =>
      session?.receipt === undefined ? redirect('/') : page(receiptPage(session, session.receipt)),
    'GET /ve': arrive,
    'POST /dang-xuat': async ({ session, form }) => {
      if (session === undefined) return redirect('/');
      if (!isOurForm(session, form.get('csrf'))) return forged(session);
      const target = isSignedIn(session) ? party.logoutUrl(`${home}/`).href : '/';
      sessions.end(session);
      return { ...redirect(target), headers: { location: target, 'set-cookie': noCookie } };
    },
    'POST /thoat-tu-xa': async ({ form }) => {
      const ended = await backChannel.read(form.get('logout_token'));
      if (ended === undefined) return { status: 400, headers: { 'cache-control': 'no-store' } };
      sessions.endFromBroker(ended);
      return { status: 200, headers: { 'cache-control': 'no-store' } };
    },
  };

  const newSession = async () => sessions.create(await party.newProofKey());
  const run = async (session: Session, errand: Errand) =>
    replyTo(session, await runErrand(party, services, session, errand));

  async function submit({ session, form }: Visit, kind: 'report' | 'dossier'): Promise<Reply> {
    if (session === undefined || !isOurForm(session, form.get('csrf'))) return forged(session);
    const body = Object.fromEntries(FIELDS[kind].map((name) => [name, (form.get(name) ?? '').trim()]));
    if (Object.values(body).includes(''))
      return page(problemPage(session, 'Còn ô chưa điền', 'Hãy quay lại và điền đủ các ô.'), 400);
    return run(session, { kind, body, tried: [] });
  }

  async function arrive({ url, session }: Visit): Promise<Reply> {
    const known = session?.departures.get(url.searchParams.get('state') ?? '');
    if (session === undefined || known === undefined)
      return page(
        problemPage(session, 'Hãy làm lại từ đầu', 'Cửa sổ này không biết bạn đang làm việc gì.'),
        400,
      );
    session.departures.delete(known.departure.state);
    try {
      const tokens = await party.arrive(
        session.key,
        known.departure,
        new URL(url.pathname + url.search, home),
      );
      session.tokens.set(keyOf(tokens), tokens);
    } catch (error) {
      if (!isRefusedByBroker(error)) throw error;
      return page(
        problemPage(
          session,
          'Bạn chưa hoàn tất',
          'Việc này chưa được gửi đi. Bạn làm lại được bất cứ lúc nào.',
        ),
        403,
      );
    }
    return run(session, known.errand);
  }

  async function replyFor(request: IncomingMessage): Promise<Reply> {
    const url = URL.parse(request.url ?? '/', home);
    if (url === null) return { status: 400 };
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '');
    if (method === 'GET' && url.pathname.startsWith('/views')) {
      const shown = galleryPage(
        url.pathname,
        url.searchParams.get('lang') === 'en' ? 'en' : 'vi',
        '/style.css',
      );
      if (shown !== undefined)
        return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: shown };
    }
    const route = Object.hasOwn(routes, `${method} ${url.pathname}`)
      ? routes[`${method} ${url.pathname}`]
      : undefined;
    const session = sessions.find(request.headers.cookie);
    if (route === undefined)
      return page(problemPage(session, 'Không có trang này', 'Hãy xem lại đường dẫn.'), 404);
    const form = method === 'POST' ? await readForm(request) : new URLSearchParams();
    if (form === undefined) return { status: 413 };
    return route({ url, session, form });
  }

  const security = {
    'content-security-policy': `default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' ${issuer}`,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = await replyFor(request).catch((error: unknown): Reply => {
      process.stderr.write(
        `portal: ${error instanceof Error ? (error.stack ?? error.message) : 'unknown error'}\n`,
      );
      return page(problemPage(undefined, 'Hệ thống đang bận', 'Hãy thử lại sau vài phút.'), 503);
    });
    response.writeHead(reply.status, { ...security, ...reply.headers });
    response.end(reply.body);
  }

  const server = createServer((request, response) => void respond(request, response));
  server.listen(options.port, 'localhost');
  await once(server, 'listening');
  return {
    url: home,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function page(content: Html, status = 200): Reply {
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
    body: render(content),
  };
}

const redirect = (location: string): Reply => ({
  status: 303,
  headers: { location, 'cache-control': 'no-store' },
});
const withCookie = (session: Session, reply: Reply): Reply => ({
  ...reply,
  headers: { ...reply.headers, 'set-cookie': cookieOf(session) },
});
const forged = (session: Session | undefined) =>
  page(problemPage(session, 'Hãy mở lại trang', 'Biểu mẫu này đã cũ. Hãy mở lại trang và điền lại.'), 403);

function replyTo(session: Session, outcome: Outcome): Reply {
  if ('go' in outcome) return redirect(outcome.go);
  return page(problemPage(session, outcome.problem, 'Hãy thử lại, hoặc gọi Tổng đài 1022.'), outcome.status);
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    // without an encoding set a request yields Buffers
    bytes += chunk.length;
    if (bytes > MOST_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}
