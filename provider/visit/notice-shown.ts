// A consent notice as data, for screens that are not ours to draw: the same purposes and bytes as on the
// web page.

import { createHash } from 'node:crypto';
import type { CataloguePurpose, CatalogueService } from '../../catalogue/catalogue.ts';
import { noticeBytes } from '../../consent/give.ts';
import { purposesFor } from '../../consent/purposes.ts';
import type { Decision } from '../../consent/purposes.ts';

/** `text_hash`: base64url SHA-256 of `text`; comes back with the answer. */
export function noticeShown(
  service: CatalogueService,
  { scopes, open, decisions }: { scopes: readonly string[]; open: readonly CataloguePurpose[]; decisions: readonly Decision[] }, // prettier-ignore
  lang: 'vi' | 'en',
) {
  const text = noticeBytes(service, scopes, lang);
  return {
    service: { id: service.id, title: service.title[lang], owner: service.owner[lang] },
    // What is answered already is not asked again; what rests on law is shown for information.
    purposes: purposesFor(service, scopes)
      .filter((purpose) => open.includes(purpose) || purpose.basis !== 'consent')
      .map((purpose) => ({
        id: purpose.id,
        title: purpose.title[lang],
        text: purpose.text[lang],
        data: purpose.data.map((item) => ({
          label: item.label[lang],
          sensitive: item.class === 'sensitive',
        })),
        retention: purpose.retentionText[lang],
        recipients: purpose.recipients,
        basis: purpose.basis === 'consent' ? 'consent' : 'law',
        ...(purpose.basisRef === undefined ? {} : { basis_ref: purpose.basisRef }),
        needed: purpose.needed,
        asked: open.includes(purpose),
        ...currentOf(decisions.find(({ id }) => id === purpose.id)?.state),
      })),
    text: text.toString('utf8'),
    text_hash: noticeHash(text),
  };
}

export const noticeHash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('base64url');

function currentOf(state: string | undefined): { current?: 'given' | 'refused' } {
  if (state === 'given' || state === 'renewed') return { current: 'given' };
  return state === 'refused' ? { current: 'refused' } : {};
}
