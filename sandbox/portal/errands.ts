// What the portal does for a visitor at the services, and what it does about each "no": signs in,
// steps up as the service's challenge says (RFC 9470), or asks for consent; each once.

import { z } from 'zod';
import { callService, type ServiceAnswer } from '../relying-party/call-service.ts';
import {
  isRefusedByBroker,
  type RelyingParty,
  type Tokens,
  type Wanted,
} from '../relying-party/relying-party.ts';
import { keyOf, type Errand, type Remedy, type Session } from './sessions.ts';

export type Services = { readonly dossier: string; readonly report: string };

/** Where the browser goes next, or what it is told. */
export type Outcome = { readonly go: string } | { readonly problem: string; readonly status: number };

type Target = {
  readonly resource: string;
  readonly scope: string;
  readonly method: 'GET' | 'POST';
  readonly url: string;
};

const OPENID = 'openid tn.level';
const filed = z.object({ ma: z.string(), trangThai: z.string() });
const papers = z.object({ giayTo: z.array(z.string()) });

export async function runErrand(
  party: RelyingParty,
  services: Services,
  session: Session,
  errand: Errand,
): Promise<Outcome> {
  if (errand.kind === 'info') return runInfo(party, session, errand);
  const target = targetOf(errand.kind, services);
  const tokens = await usableTokens(party, session, target.resource);
  if (tokens === undefined) return leave(party, session, errand, 'sign-in', wantedFor(target));
  const request = {
    method: target.method,
    url: target.url,
    ...(target.method === 'POST' ? { body: errand.body } : {}),
  };
  const answer = await callService({ accessToken: tokens.accessToken, key: session.key }, request);
  switch (answer.outcome) {
    case 'done':
      return keep(session, errand, target, answer);
    case 'step-up': {
      const { acrValues, maxAgeSeconds, scope } = answer.challenge;
      return leave(party, session, errand, 'step-up', {
        resource: target.resource,
        scope: `${OPENID} ${scope}`,
        acrValues,
        maxAgeSeconds,
      });
    }
    case 'scope-missing': {
      const wanted = { resource: target.resource, scope: `${OPENID} ${answer.scope}` };
      return leave(
        party,
        session,
        errand,
        'consent',
        answer.consentMissing ? { ...wanted, prompt: 'consent' } : wanted,
      );
    }
    case 'ended':
      session.tokens.delete(target.resource);
      return leave(party, session, errand, 'sign-in', wantedFor(target));
    case 'handover':
      session.handedOverTo = answer.location;
      return { go: '/cong-quoc-gia' };
    case 'refused':
      return { problem: answer.title, status: answer.status >= 500 ? 503 : 403 };
  }
}

// The lowest level that lets anything begin: a service says by itself when it wants more.
function targetOf(kind: Exclude<Errand['kind'], 'info'>, services: Services): Target {
  const dossier = { resource: 'https://hoso.dichvu.tayninh.gov.vn', scope: 'svc:hoso:chuan-bi' };
  switch (kind) {
    case 'report':
      return {
        resource: 'https://phananh.dichvu.tayninh.gov.vn',
        scope: 'svc:phananh:gui',
        method: 'POST',
        url: `${services.report}/phan-anh`,
      };
    case 'papers':
      return { ...dossier, method: 'GET', url: `${services.dossier}/giay-to` };
    case 'procedure':
      return { ...dossier, method: 'POST', url: `${services.dossier}/thu-tuc` };
    case 'dossier':
      return { ...dossier, method: 'POST', url: `${services.dossier}/ho-so` };
  }
}

const wantedFor = ({ resource, scope }: Target): Wanted => ({ resource, scope: `${OPENID} ${scope}` });

// Personal information is no service's answer: the page asks UserInfo itself each time it is shown.
const INFO: Wanted = { resource: undefined, scope: `${OPENID} phone tn.identity tn.verified` };

async function runInfo(party: RelyingParty, session: Session, errand: Errand): Promise<Outcome> {
  const again = errand.body['hoi-lai'] === 'co';
  if (errand.tried.includes(again ? 'consent' : 'sign-in')) return { go: '/thong-tin' };
  return again
    ? leave(party, session, errand, 'consent', { ...INFO, prompt: 'consent' })
    : leave(party, session, errand, 'sign-in', INFO);
}

/** What Tây Ninh ID lets this portal know now. Undefined: the visitor has to sign in for it. */
export async function readInfo(
  party: RelyingParty,
  session: Session,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const tokens = await usableTokens(party, session, INFO.resource);
  if (tokens === undefined) return undefined;
  try {
    return await party.userInfo(session.key, tokens);
  } catch (error) {
    if (!isRefusedByBroker(error)) throw error;
    session.tokens.delete(keyOf(INFO));
    return undefined;
  }
}

/** A token that has not run out, renewed if that can be done. */
async function usableTokens(
  party: RelyingParty,
  session: Session,
  resource: string | undefined,
): Promise<Tokens | undefined> {
  const key = keyOf({ resource });
  const held = session.tokens.get(key);
  if (held === undefined || held.expiresAt.getTime() - Date.now() > 10_000) return held;
  const renewed = await party.renew(session.key, held);
  if ('tokens' in renewed) session.tokens.set(key, renewed.tokens);
  else session.tokens.delete(key);
  return session.tokens.get(key);
}

async function leave(
  party: RelyingParty,
  session: Session,
  errand: Errand,
  remedy: Remedy,
  wanted: Wanted,
): Promise<Outcome> {
  if (errand.tried.includes(remedy)) return { problem: 'Chưa đủ điều kiện để làm việc này', status: 403 };
  const departure = await party.depart(session.key, wanted);
  const [oldest] = session.departures.keys();
  if (session.departures.size >= 10 && oldest !== undefined) session.departures.delete(oldest);
  session.departures.set(departure.state, {
    departure,
    errand: { ...errand, tried: [...errand.tried, remedy] },
  });
  return { go: departure.url.href };
}

function keep(
  session: Session,
  { kind }: Errand,
  { resource }: Target,
  answer: Extract<ServiceAnswer, { outcome: 'done' }>,
): Outcome {
  if (kind === 'papers') {
    session.papers = papers.parse(answer.body).giayTo;
    return { go: '/ho-so' };
  }
  // A service that takes what belongs to the national portal is not one to believe.
  if (kind === 'procedure' || kind === 'info')
    return { problem: 'Chưa đủ điều kiện để làm việc này', status: 403 };
  const { ma, trangThai } = filed.parse(answer.body);
  session.receipt = { kind, number: ma, state: trangThai, resource };
  return { go: '/ket-qua' };
}
