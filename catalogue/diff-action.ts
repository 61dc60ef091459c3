// Which way a change of one action goes.

import type { CatalogueAction } from '../policies/decide.ts';
import { canonicalJson } from './canonical.ts';
import { change, type Change, type Direction } from './change.ts';
import { changesOfRoutes } from './diff-routes.ts';

const riskOrder = ['low', 'medium', 'high'] as const;

export function changesOfAction(before: CatalogueAction, after: CatalogueAction): Change[] {
  const where = after.action;
  const changes: Change[] = [];
  const add = (direction: Direction, what: string): void => {
    changes.push(change(direction, where, what));
  };
  const ordered = (label: string, from: number, to: number, upIs: Direction): void => {
    if (from !== to)
      add(
        to > from ? upIs : upIs === 'stronger' ? 'weaker' : 'stronger',
        `${label}: ${shown(from)} → ${shown(to)}`,
      );
  };
  const was = before.require;
  const is = after.require;

  if (before.service !== after.service) add('weaker', `chuyển sang dịch vụ ${after.service}`);
  ordered('level', was.level, is.level, 'stronger');
  ordered('maxAge', was.maxAge ?? Infinity, is.maxAge ?? Infinity, 'weaker');
  ordered('risk', riskOrder.indexOf(before.risk), riskOrder.indexOf(after.risk), 'stronger');
  // A later opening is stronger, an earlier one weaker.
  ordered('effectiveFrom', before.effectiveAt, after.effectiveAt, 'stronger');
  if (before.handover !== after.handover) {
    add(
      after.handover === 'local' ? 'weaker' : 'stronger',
      `handover: ${before.handover} → ${after.handover}`,
    );
  }
  for (const scope of was.scopes.filter((one) => !is.scopes.includes(one)))
    add('weaker', `bỏ phạm vi ${scope}`);
  for (const scope of is.scopes.filter((one) => !was.scopes.includes(one)))
    add('stronger', `thêm phạm vi ${scope}`);
  const purposeWas = was.consent?.purpose;
  const purposeIs = is.consent?.purpose;
  if (purposeWas !== purposeIs) {
    add(
      purposeWas === undefined ? 'stronger' : 'weaker',
      `mục đích cần đồng ý: ${purposeWas ?? 'không'} → ${purposeIs ?? 'không'}`,
    );
  }
  changes.push(...changesOfAlternatives(where, 'clients', singles(was.clients), singles(is.clients)));
  changes.push(
    ...changesOfAlternatives(where, 'evidenceAnyOf', singles(was.evidenceAnyOf), singles(is.evidenceAnyOf)),
  );
  changes.push(...changesOfAlternatives(where, 'amrAnyOf', was.amrAnyOf, is.amrAnyOf));
  changes.push(...changesOfRoutes(where, before.http, after.http));
  const [lawWas, lawIs] = [before.lawfulPurpose, after.lawfulPurpose];
  if (lawWas !== lawIs) {
    // Another duty may take other data; which of the two asks less is not visible here. A first one
    // takes data without asking, also where the action asks for consent as well.
    add('weaker', `mục đích theo luật: ${lawWas ?? 'không'} → ${lawIs ?? 'không'}`);
  }
  const said = ({ title, owner, legal, area }: CatalogueAction): string =>
    canonicalJson({ title, owner, legal, area });
  if (said(before) !== said(after)) add('neutral', 'đổi title, owner, legal hoặc area');
  return changes;
}

type Alternatives = readonly (readonly string[])[];

// Judged by what gets in, not by what is written: an alternative is new only if no old one already
// admitted it, so adding a member to an alternative is stronger and removing one is weaker.
function changesOfAlternatives(
  where: string,
  key: string,
  was: Alternatives | undefined,
  is: Alternatives | undefined,
): Change[] {
  const before = was ?? [[]];
  const after = is ?? [[]];
  const opens = after.some((one) => !before.some((old) => isSubset(old, one)));
  const closes = before.some((old) => !after.some((one) => isSubset(one, old)));
  return [
    ...(opens ? [change('weaker', where, `${key} nhận thêm cách khác`)] : []),
    ...(closes ? [change('stronger', where, `${key} bớt cách được nhận`)] : []),
  ];
}

function singles(list: readonly string[] | undefined): Alternatives | undefined {
  return list?.map((one) => [one]);
}

function isSubset(small: readonly string[], large: readonly string[]): boolean {
  return small.every((one) => large.includes(one));
}

function shown(value: number): string {
  return value === Infinity ? 'không giới hạn' : String(value);
}
