// The acts this app has a form for: those of the demo services. A province's own services add theirs here.

import type { Action } from '../catalogue.ts';
import type { Words } from '../words/vi.ts';

type FieldPlan = {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  readonly isLong?: boolean;
};
export type FormPlan = {
  readonly lead?: string;
  readonly send: string;
  readonly done: string;
  readonly fields: readonly FieldPlan[];
  /** Asked as soon as the screen opens. */
  readonly isQuestion?: boolean;
};

/** What the demo services can really do; undefined: this app does not know the act's form. */
export function formOf({ action, route }: Action): ((words: Words) => FormPlan) | undefined {
  switch (action) {
    case 'phananh.gui':
      return ({ report }) => ({
        lead: report.lead,
        send: report.send,
        done: report.done,
        fields: [
          { name: 'viTri', label: report.place, hint: report.placeHint },
          { name: 'noiDung', label: report.what, hint: report.whatHint, isLong: true },
        ],
      });
    case 'hoso.nop':
      return ({ dossier }) => ({
        lead: dossier.lead,
        send: dossier.send,
        done: dossier.done,
        fields: [
          { name: 'loai', label: dossier.kind, hint: dossier.kindHint },
          { name: 'noiDung', label: dossier.what, hint: dossier.whatHint, isLong: true },
        ],
      });
    case 'hoso.nop-tthc':
      return ({ service }) => ({
        lead: service.portalText,
        send: service.portal,
        done: service.portalTitle,
        fields: [],
      });
    default:
      // What is only looked at needs no form and no press.
      return route?.method === 'GET' && /^(hoso|phananh)\./.test(action)
        ? ({ frame, answer }) => ({ send: frame.again, done: answer.mine, fields: [], isQuestion: true })
        : undefined;
  }
}
