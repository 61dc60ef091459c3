import type { Context } from 'koa';
import { proveByChip } from '../assurance/chip.ts';
import type { ChipRefusal } from '../assurance/chip.ts';
import { readChipFiles } from '../cards/chip/files.ts';
import type { ChipFiles } from '../cards/chip/files.ts';
import { Refusal } from '../errors.ts';
import { chipPage } from '../views/chip.ts';
import type { ChipError } from '../views/chip.ts';
import type { Site } from './site.ts';
import { backToVisit, send, stepPage } from './step-page.ts';
import { transactionOf } from './visit.ts';
import type { Person } from '../provider/visit/person.ts';
import type { Visit } from './visit.ts';

const NOTE_OF: Readonly<Record<ChipRefusal | 'no_file' | 'unavailable', string>> = {
  no_file: 'chip-thieu-tep',
  unreadable: 'chip-khong-doc',
  not_authentic: 'chip-khong-dung',
  expired: 'chip-het-han',
  revoked: 'chip-khong-hieu-luc',
  other_person: 'chip-nguoi-khac',
  too_often: 'chip-qua-nhieu',
  unavailable: 'chip-ban',
};
const ERROR_OF: ReadonlyMap<string, ChipError> = new Map(
  Object.entries(NOTE_OF).map(([error, note]) => [note, error as ChipError]), // the keys are the errors
);

export async function showChip(
  site: Site,
  ctx: Context,
  visit: Visit,
  _person: Person,
  now: Date,
): Promise<void> {
  const tx = await transactionOf(site, visit, now);
  const { action, ...shared } = stepPage(site, ctx, visit);
  const error = ERROR_OF.get(String(ctx.query['bao'] ?? ''));
  send(
    ctx,
    chipPage({
      ...shared,
      action: action('doc-chip'),
      otherAction: action('chon-lai'),
      transactionCode: tx.display_code,
      error,
    }),
    error === 'unavailable' ? 503 : 200,
  );
}

export async function takeChip(
  site: Site,
  ctx: Context,
  visit: Visit,
  _form: ReadonlyMap<string, string>,
  now: Date,
  files: ReadonlyMap<string, Buffer>,
): Promise<void> {
  const { person } = visit;
  if (person === undefined) return backToVisit(ctx, visit);
  if (site.cardAuthority === undefined)
    throw new Refusal('unavailable', 'no card authority', { reason: 'chip' });
  const file = files.get('tep');
  // A browser sends an empty part for a field nobody filled in: that costs no attempt.
  if (file === undefined || file.length === 0) return backToVisit(ctx, visit, NOTE_OF.no_file);
  const tx = await transactionOf(site, visit, now);
  const step = await proveByChip(
    { ...site, cardAuthority: site.cardAuthority },
    { tx, accountId: person.accountId, sessionUid: visit.sessionUid },
    chipFilesFrom(file),
    now,
  );
  if (step.outcome === 'refused') return backToVisit(ctx, visit, NOTE_OF[step.reason]);
  backToVisit(ctx, visit, step.outcome === 'proven' ? undefined : NOTE_OF.unavailable);
}

/** The members of a reader's JSON. undefined: not that, or too large. */
export function chipFilesFrom(file: Buffer): ChipFiles | undefined {
  let members: unknown;
  try {
    members = JSON.parse(file.toString('utf8'));
  } catch {
    return undefined;
  }
  const read = readChipFiles(members);
  return read.outcome === 'read' ? read.files : undefined;
}
