// The catalogue as the rest of the broker sees it: services, actions and purposes, each found by
// name, and the canonical text its version and its signature are taken from.

import { createHash } from 'node:crypto';
import type { CatalogueAction, Route, Words } from '../policies/decide.ts';
import { canonicalJson } from './canonical.ts';
import type { ActionEntry, PurposeEntry, ServiceFile } from './schema.ts';

export type LegalBasis = PurposeEntry['basis'];
export type DataItem = {
  readonly claim: string;
  readonly class: 'basic' | 'sensitive';
  readonly label: Words;
};

export type CataloguePurpose = {
  readonly id: string;
  readonly service: string;
  /** Rises with every change of the text; people are then asked again. */
  readonly version: number;
  readonly title: Words;
  readonly text: Words;
  readonly basis: LegalBasis;
  readonly basisRef?: string;
  readonly data: readonly DataItem[];
  /** ISO 8601 duration. */
  readonly retention: string;
  readonly retentionText: Words;
  readonly recipients: readonly string[];
  /** An action does not work without it. The choice is still unchecked. */
  readonly needed: boolean;
};

export type ServiceFacts = {
  /** The audience of its tokens. */
  readonly id: string;
  readonly code: string;
  readonly title: Words;
  readonly owner: Words;
  readonly contact: string;
  readonly sector: string;
  readonly tokens: 'jwt' | 'opaque';
  /** Written agreement of NĐ 356/2025 Điều 7; without it no personal claims leave. */
  readonly transferAgreement?: string;
  /** It knows people by a pairwise id and by nothing else, ever. */
  readonly pseudonymous?: true;
  readonly public: readonly PublicRoute[];
};

/** With a title it is something a person uses; without one only machines ask for it. */
export type PublicRoute = Route & { readonly title?: Words };

export type CatalogueService = ServiceFacts & {
  readonly actions: readonly CatalogueAction[];
  readonly purposes: readonly CataloguePurpose[];
  readonly scopes: readonly string[];
};

export type CatalogueContent = {
  readonly services: readonly ServiceFacts[];
  readonly actions: readonly CatalogueAction[];
  readonly purposes: readonly CataloguePurpose[];
};

export type Catalogue = {
  /** `cat-<date>#<first 4 hex of the hash>`; the whole hash beside it. */
  readonly version: string;
  readonly sha256: string;
  readonly content: CatalogueContent;
  readonly canonical: string;
  readonly services: readonly CatalogueService[];
  readonly serviceById: ReadonlyMap<string, CatalogueService>;
  readonly serviceByCode: ReadonlyMap<string, CatalogueService>;
  readonly actionByName: ReadonlyMap<string, CatalogueAction>;
  readonly actionsByScope: ReadonlyMap<string, readonly CatalogueAction[]>;
  readonly purposeById: ReadonlyMap<string, CataloguePurpose>;
  readonly scopes: ReadonlyMap<string, { readonly service: CatalogueService; readonly level: 1 | 2 }>;
};

/** `files` have passed lint. `date` (YYYY-MM-DD) goes into the version; by default the newest `issued`. */
export function compileCatalogue(files: readonly ServiceFile[], date = newestIssue(files)): Catalogue {
  const sorted = files.toSorted((a, b) => (a.service.id < b.service.id ? -1 : 1));
  const content: CatalogueContent = {
    services: sorted.map(({ service: { openapi: _, ...facts } }) =>
      definedOnly({ ...facts, public: facts.public.map(definedOnly) }),
    ),
    actions: sorted.flatMap(({ service, actions }) =>
      actions.map((entry) => compileAction(entry, service.id)),
    ),
    purposes: sorted.flatMap(({ service, purposes }) =>
      purposes.map((entry) => definedOnly({ ...entry, service: service.id })),
    ),
  };
  return indexCatalogue(content, date);
}

/** A catalogue by its content: from the files, or read again from what was published. */
export function indexCatalogue(content: CatalogueContent, date: string): Catalogue {
  const canonical = canonicalJson(content);
  const sha256 = createHash('sha256').update(canonical).digest('hex');
  const services = content.services.map((facts) => {
    const actions = content.actions.filter(({ service }) => service === facts.id);
    const purposes = content.purposes.filter(({ service }) => service === facts.id);
    return {
      ...facts,
      actions,
      purposes,
      scopes: [...new Set(actions.flatMap(({ require }) => require.scopes))],
    };
  });
  return {
    version: `cat-${date}#${sha256.slice(0, 4)}`,
    sha256,
    content,
    canonical,
    services,
    serviceById: new Map(services.map((service) => [service.id, service])),
    serviceByCode: new Map(services.map((service) => [service.code, service])),
    actionByName: new Map(content.actions.map((action) => [action.action, action])),
    actionsByScope: groupByScope(content.actions),
    purposeById: new Map(content.purposes.map((purpose) => [purpose.id, purpose])),
    scopes: new Map(
      services.flatMap((service) =>
        service.actions.flatMap(({ require }) =>
          // Files allow only 1 and 2 (schema.ts), and one scope has one level (lint.ts).
          require.scopes.map((scope) => [scope, { service, level: require.level === 2 ? 2 : 1 }] as const),
        ),
      ),
    ),
  };
}

function groupByScope(actions: readonly CatalogueAction[]): Map<string, CatalogueAction[]> {
  const groups = new Map<string, CatalogueAction[]>();
  for (const action of actions) {
    for (const scope of action.require.scopes) groups.set(scope, [...(groups.get(scope) ?? []), action]);
  }
  return groups;
}

function compileAction(entry: ActionEntry, service: string): CatalogueAction {
  // Midnight in Việt Nam (UTC+7 all year).
  const effectiveAt = Date.parse(`${entry.effectiveFrom}T00:00:00+07:00`) / 1000;
  return definedOnly({
    ...entry,
    require: definedOnly(entry.require),
    legal: entry.legal ?? '',
    service,
    effectiveAt,
  });
}

function newestIssue(files: readonly ServiceFile[]): string {
  return (
    files
      .map(({ issued }) => issued)
      .toSorted()
      .at(-1) ?? '1970-01-01'
  );
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

// zod types an absent key as `undefined`; exactOptionalPropertyTypes and canonical JSON want it absent.
function definedOnly<T extends object>(value: T): Defined<T> {
  // True because every key whose value is undefined is dropped and no other is touched.
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Defined<T>;
}
