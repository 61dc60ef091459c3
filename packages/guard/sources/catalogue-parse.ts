// Reads the catalogue a service fetched. The issuer's linter judged it; here only what the guard uses
// is checked, by hand, because the package depends on nothing but jose.

import type { CatalogueAction, ClientClass, Requirement, Risk, Route } from '../../../policies/decide.ts';
import type { GuardCatalogue } from '../options.ts';
import { isRecord } from '../json.ts';

const knownRequirements: readonly string[] = [
  'level',
  'maxAge',
  'scopes',
  'consent',
  'evidenceAnyOf',
  'amrAnyOf',
  'clients',
] satisfies (keyof Requirement)[];
const risks: readonly string[] = ['low', 'medium', 'high'] satisfies Risk[];

/** Undefined when the document as a whole is not a catalogue. */
export function parseCatalogue(payload: Readonly<Record<string, unknown>>): GuardCatalogue | undefined {
  const { version, services, actions } = payload;
  if (typeof version !== 'string' || !Array.isArray(services) || !Array.isArray(actions)) return undefined;
  const read = readActions(actions);
  if (read === undefined) return undefined;
  const serviceById = new Map<
    string,
    {
      readonly tokens: 'jwt' | 'opaque';
      readonly public: readonly Route[];
      readonly closed: readonly Route[];
    }
  >();
  for (const service of services) {
    if (!isRecord(service) || typeof service.id !== 'string') return undefined;
    if (service.tokens !== 'jwt' && service.tokens !== 'opaque') return undefined;
    // A list we cannot read opens nothing: what is not public here is denied.
    const open = isListOf(service.public, isRoute) ? service.public : [];
    serviceById.set(service.id, {
      tokens: service.tokens,
      public: open.map(({ method, path }) => ({ method, path })),
      closed: read.closed.get(service.id) ?? [],
    });
  }
  return { version, serviceById, actionByName: new Map(read.known.map((action) => [action.action, action])) };
}

// An action this version of the guard does not fully understand is left out and so denied: a rule
// added later must not be dropped silently by a service that was not updated. Its routes stay, closed:
// otherwise `/ho-so/{code}` would answer for `/ho-so/new`. Where they cannot be read nobody knows what
// to close, and the catalogue as a whole is not understood.
function readActions(
  actions: readonly unknown[],
): { readonly known: readonly CatalogueAction[]; readonly closed: ReadonlyMap<string, Route[]> } | undefined {
  const known: CatalogueAction[] = [];
  const closed = new Map<string, Route[]>();
  for (const entry of actions) {
    if (!isRecord(entry) || !isText(entry.service) || !isListOf(entry.http, isRoute)) return undefined;
    const action = parseAction(entry);
    if (action !== undefined) known.push(action);
    else closed.set(entry.service, [...(closed.get(entry.service) ?? []), ...entry.http]);
  }
  return { known, closed };
}

function parseAction(entry: unknown): CatalogueAction | undefined {
  if (!isRecord(entry)) return undefined;
  const { action, service, title, risk, handover, effectiveAt, effectiveFrom } = entry;
  const require = parseRequirement(entry.require);
  if (typeof action !== 'string' || typeof service !== 'string' || require === undefined || !isWords(title))
    return undefined;
  if (!isRisk(risk) || (handover !== 'local' && handover !== 'national_portal')) return undefined;
  if (typeof effectiveAt !== 'number' || typeof effectiveFrom !== 'string') return undefined;
  const http = isListOf(entry.http, isRoute) ? entry.http.map(({ method, path }) => ({ method, path })) : [];
  // The people who read these two do so in the catalogue itself.
  return {
    action,
    service,
    title,
    http,
    require,
    handover,
    risk,
    effectiveAt,
    effectiveFrom,
    legal: '',
    owner: '',
  };
}

function parseRequirement(value: unknown): Requirement | undefined {
  if (!isRecord(value) || Object.keys(value).some((key) => !knownRequirements.includes(key)))
    return undefined;
  const { level, maxAge, scopes, consent, evidenceAnyOf, amrAnyOf, clients } = value;
  if (level !== 1 && level !== 2) return undefined;
  if (!isListOf(scopes, isText)) return undefined;
  if (
    !(maxAge === undefined || isAge(maxAge)) ||
    !(evidenceAnyOf === undefined || isListOf(evidenceAnyOf, isText))
  )
    return undefined;
  if (
    !(amrAnyOf === undefined || isListOf(amrAnyOf, isTexts)) ||
    !(clients === undefined || isListOf(clients, isClientClass))
  )
    return undefined;
  if (!(consent === undefined || isConsent(consent))) return undefined;
  return {
    level,
    scopes,
    ...(maxAge === undefined ? {} : { maxAge }),
    ...(consent === undefined ? {} : { consent: { purpose: consent.purpose } }),
    ...(evidenceAnyOf === undefined ? {} : { evidenceAnyOf }),
    ...(amrAnyOf === undefined ? {} : { amrAnyOf }),
    ...(clients === undefined ? {} : { clients }),
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTexts(value: unknown): value is string[] {
  return isListOf(value, isText);
}

function isAge(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isRisk(value: unknown): value is Risk {
  return isText(value) && risks.includes(value);
}

function isClientClass(value: unknown): value is ClientClass {
  return value === 'first_party' || value === 'gov_portal' || value === 'service';
}

function isRoute(value: unknown): value is Route {
  return isRecord(value) && isText(value.method) && isText(value.path);
}

function isWords(value: unknown): value is { vi: string; en: string } {
  return isRecord(value) && isText(value.vi) && isText(value.en);
}

function isConsent(value: unknown): value is { purpose: string } {
  return isRecord(value) && isText(value.purpose) && Object.keys(value).length === 1;
}

function isListOf<T>(value: unknown, isItem: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.every(isItem);
}
