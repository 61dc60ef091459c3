// What a consent page shows, the same for who decides alone, for a child and for a representative.

import { createHash } from 'node:crypto';
import type { CataloguePurpose } from '../catalogue/catalogue.ts';
import type { ConsentPurpose } from '../views/consent.ts';
import type { Lang } from '../views/words/words.ts';

type Decided = readonly { id: string; state: string }[];

export const shownPurpose = (purpose: CataloguePurpose, lang: Lang, decisions: Decided): ConsentPurpose => ({
  id: purpose.id,
  title: purpose.title[lang],
  text: purpose.text[lang],
  data: purpose.data.map((item) => ({ label: item.label[lang], sensitive: item.class === 'sensitive' })),
  retentionText: purpose.retentionText[lang],
  recipients: purpose.recipients,
  basis: purpose.basis === 'consent' ? 'consent' : 'law',
  basisRef: purpose.basisRef,
  needed: purpose.needed,
  current: currentOf(decisions, purpose.id),
});

/** Names the bytes of a notice, for the form: the wording may change between showing and answering. */
export const noticeVersion = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex').slice(0, 12);

export const choiceIn = (form: ReadonlyMap<string, string>, id: string): 'given' | 'refused' =>
  form.get(`purpose.${id}`) === 'given' ? 'given' : 'refused';

function currentOf(decisions: Decided, id: string): 'given' | 'refused' | undefined {
  const state = decisions.find((one) => one.id === id)?.state;
  if (state === 'given' || state === 'renewed') return 'given';
  return state === 'refused' ? 'refused' : undefined;
}
