// Says whether a change of the catalogue loosens anything (protocol §11). Weaker needs two
// approvals and an audit entry; a mixed change counts as weaker, and so does what we cannot judge.

import type { CatalogueAction, Route } from '../policies/decide.ts';
import { change, changesOfAdmitted, type Change, type Direction } from './change.ts';
import { canonicalJson, type Json } from './canonical.ts';
import { changesOfAction } from './diff-action.ts';
import type { Catalogue, CataloguePurpose, PublicRoute, ServiceFacts } from './catalogue.ts';
import { changesOfShadows, covers, show } from './diff-routes.ts';
import { routeKey } from '../policies/routes.ts';

export type CatalogueDiff = { readonly direction: Direction | 'same'; readonly changes: readonly Change[] };

export function diffCatalogues(before: Catalogue, after: Catalogue): CatalogueDiff {
  const changes = [
    ...compare(byId(before.content.services), byId(after.content.services), changesOfService, {
      added: 'neutral',
      removed: 'stronger',
      noun: 'dịch vụ',
    }),
    // An added action opens a route that was denied.
    ...compare(byAction(before.content.actions), byAction(after.content.actions), changesOfAction, {
      added: 'weaker',
      removed: 'stronger',
      noun: 'việc',
    }),
    ...changesOfPurposes(byId(before.content.purposes), byId(after.content.purposes)),
    ...openedRoutes(before, after),
    ...changesOfShadows(before, after),
  ];
  return { direction: overall(changes), changes };
}

function compare<T>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  changesOf: (before: T, after: T) => Change[],
  { added, removed, noun }: { readonly added: Direction; readonly removed: Direction; readonly noun: string },
): Change[] {
  const changes: Change[] = [];
  for (const [name, value] of after) {
    const old = before.get(name);
    changes.push(...(old === undefined ? [change(added, name, `thêm ${noun}`)] : changesOf(old, value)));
  }
  for (const name of before.keys()) if (!after.has(name)) changes.push(change(removed, name, `bỏ ${noun}`));
  return changes;
}

function changesOfService(before: ServiceFacts, after: ServiceFacts): Change[] {
  const where = after.id;
  const changes: Change[] = [];
  if (before.tokens !== after.tokens) {
    changes.push(
      change(
        after.tokens === 'jwt' ? 'weaker' : 'stronger',
        where,
        `tokens: ${before.tokens} → ${after.tokens}`,
      ),
    );
  }
  // Another sector joins or splits what services know of one person; which of the two is not visible here.
  if (before.sector !== after.sector)
    changes.push(change('weaker', where, `sector: ${before.sector} → ${after.sector}`));
  if (before.code !== after.code)
    changes.push(change('weaker', where, `code: ${before.code} → ${after.code}`));
  if (before.transferAgreement !== after.transferAgreement) {
    const direction = after.transferAgreement === undefined ? 'stronger' : 'weaker';
    changes.push(
      change(
        direction,
        where,
        `transferAgreement: ${before.transferAgreement ?? 'không'} → ${after.transferAgreement ?? 'không'}`,
      ),
    );
  }
  // Whoever gave an opinion under a pairwise id was promised that no name would ever be asked.
  if (before.pseudonymous !== after.pseudonymous) {
    const direction = after.pseudonymous === true ? 'stronger' : 'weaker';
    changes.push(change(direction, where, `pseudonymous: ${direction === 'stronger' ? 'không → có' : 'có → không'}`)); // prettier-ignore
  }
  changes.push(
    ...before.public
      .filter((route) => !covers(after.public, route))
      .map((route) => change('stronger', where, `${show(route)} không còn công khai`)),
  );
  changes.push(
    ...after.public
      .filter((route) => sameRoute(before.public, route) !== undefined)
      .filter((route) => !isSame(sameRoute(before.public, route)?.title, route.title))
      .map((route) => change('neutral', where, `đổi title của ${show(route)}`)),
  );
  for (const key of ['title', 'owner', 'contact'] as const) {
    if (!isSame(before[key], after[key])) changes.push(change('neutral', where, `đổi ${key}`));
  }
  return changes;
}

// Public routes of new services count as well, so this does not follow the pairs above.
function openedRoutes(before: Catalogue, after: Catalogue): Change[] {
  return after.content.services.flatMap(({ id, public: routes }) =>
    routes
      .filter((route) => !covers(before.serviceById.get(id)?.public ?? [], route))
      .map((route) => change('weaker', id, `${show(route)} thành công khai`)),
  );
}

// A new purpose is a new way for data to leave (policies/claims.ts), as much as new data in an old one.
function changesOfPurposes(
  before: ReadonlyMap<string, CataloguePurpose>,
  after: ReadonlyMap<string, CataloguePurpose>,
): Change[] {
  const kept = [...after.values()].flatMap((purpose) => {
    const old = before.get(purpose.id);
    if (old !== undefined) return changesOfPurpose(old, purpose);
    const { id, basis, data } = purpose;
    const direction = basis === 'consent' && data.length === 0 ? 'neutral' : 'weaker';
    const used = data.length === 0 ? 'không dùng dữ liệu' : `dùng ${dataOf(purpose).join(', ')}`;
    return [change(direction, id, `thêm mục đích (${basis}), ${used}`)];
  });
  const gone = [...before.keys()].filter((id) => !after.has(id));
  return [...kept, ...gone.map((id) => change('neutral', id, 'bỏ mục đích'))];
}

const dataOf = ({ data }: CataloguePurpose): string[] => data.map((item) => `${item.claim} (${item.class})`);

function changesOfPurpose(before: CataloguePurpose, after: CataloguePurpose): Change[] {
  const where = after.id;
  const changes: Change[] = [];
  if (before.basis !== after.basis) {
    changes.push(
      change(
        after.basis === 'consent' ? 'stronger' : 'weaker',
        where,
        `basis: ${before.basis} → ${after.basis}`,
      ),
    );
  }
  changes.push(...changesOfAdmitted(where, 'dữ liệu', dataOf(before), dataOf(after)));
  changes.push(...changesOfAdmitted(where, 'bên nhận', before.recipients, after.recipients));
  if (before.retention !== after.retention) {
    const longer = days(after.retention) >= days(before.retention);
    changes.push(
      change(longer ? 'weaker' : 'stronger', where, `thời hạn lưu: ${before.retention} → ${after.retention}`),
    );
  }
  // What a person reads in place of the name of a claim: another label says that something else leaves.
  for (const { claim, label } of after.data) {
    const old = before.data.find((one) => one.claim === claim);
    if (old !== undefined && !isSame(old.label, label)) changes.push(change('weaker', where, `đổi nhãn của ${claim}: ${old.label.vi} → ${label.vi}`)); // prettier-ignore
  }
  // Nobody is asked again about what rests on law.
  if (after.basis !== 'consent' && !isSame(wordsOf(before), wordsOf(after)))
    changes.push(change('weaker', where, 'đổi lời của mục đích theo luật'));
  const said = ({ title, text, retentionText, data, needed, basisRef }: CataloguePurpose): Json => ({
    title,
    text,
    retentionText,
    data,
    needed,
    basisRef,
  });
  const sameText = isSame(said(before), said(after));
  if (after.version < before.version)
    changes.push(change('weaker', where, `version: ${before.version} → ${after.version}`));
  else if (after.version > before.version)
    changes.push(change('stronger', where, 'phiên bản mới: người dân được hỏi lại'));
  // Consents given to the old sentence would silently be carried over to the new one.
  else if (!sameText || changes.length > 0)
    changes.push(change('weaker', where, 'đổi nội dung mà không tăng version'));
  return changes;
}

const wordsOf = ({ title, text, retentionText, basisRef }: CataloguePurpose): Json => ({ title, text, retentionText, basisRef }); // prettier-ignore

function overall(changes: readonly Change[]): Direction | 'same' {
  if (changes.length === 0) return 'same';
  if (changes.some(({ direction }) => direction === 'weaker')) return 'weaker';
  return changes.some(({ direction }) => direction === 'stronger') ? 'stronger' : 'neutral';
}

function days(duration: string): number {
  const [, years = 0, months = 0, rest = 0] = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?$/.exec(duration) ?? [];
  return Number(years) * 365 + Number(months) * 30 + Number(rest);
}

function sameRoute(routes: readonly PublicRoute[], route: Route): PublicRoute | undefined {
  return routes.find((one) => routeKey(one) === routeKey(route));
}

// Canonical, because a catalogue read back from its published text has its members in another order.
function isSame(one: Json | undefined, other: Json | undefined): boolean {
  return canonicalJson({ one }) === canonicalJson({ one: other });
}

function byId<T extends { readonly id: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [item.id, item]));
}

function byAction(actions: readonly CatalogueAction[]): Map<string, CatalogueAction> {
  return new Map(actions.map((action) => [action.action, action]));
}
