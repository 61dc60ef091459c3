// The consent of a flow: the same purposes, bytes and record as the web page's.

import { noticeBytes, recordAnswer } from '../../consent/give.ts';
import { purposesFor, purposesToAsk } from '../../consent/purposes.ts';
import { acrOf } from '../../policies/level.ts';
import { hadPrompt } from '../level-prompt.ts';
import { evidenceOf } from '../visit/evidence.ts';
import { noticeHash, noticeShown } from '../visit/notice-shown.ts';
import type { Described } from './answer.ts';
import type { Stand } from './flow.ts';
import { keepFlow } from '../../assurance/family.ts';
import type { Take } from './replies.ts';
import { Trouble } from './trouble.ts';

function asked({ person, asking }: Stand) {
  const { service, scopes } = person.request;
  if (service === undefined) throw new Trouble('invalid_session', { detail: 'order' });
  const decisions = person.consent?.decisions ?? [];
  const again = hadPrompt(asking.params, 'consent');
  const open = purposesToAsk(purposesFor(service, scopes), decisions, { again });
  return { service, scopes, decisions, open };
}

export const describeConsent: Described = async (_house, _ctx, stand, _tx, error) => {
  const { service, ...rest } = asked(stand);
  const { service: shown, ...notice } = noticeShown(service, rest, stand.flow.lang);
  return {
    type: 'consent',
    client: stand.client.clientName ?? stand.client.clientId,
    service: shown,
    scopes: rest.scopes,
    ...notice,
    ...(error === undefined ? {} : { error }),
  };
};

export const takeConsent: Take = async (house, ctx, stand, call, now) => {
  const { lang } = stand.flow;
  const { service, scopes, open } = asked(stand);
  const bytes = noticeBytes(service, scopes, lang);
  // The wording changed between showing and answering: what was answered is not what would be recorded.
  if (call.consent_text_hash !== noticeHash(bytes)) return 'changed';
  const given = call.consent === 'deny' ? new Set<string>() : givenOf(call.consent_purposes, open);
  await recordAnswer(
    house,
    {
      accountId: stand.person.accountId,
      clientId: stand.client.clientId,
      serviceId: service.id,
      scopes,
      asked: open.map(({ id }) => id),
      choices: Object.fromEntries(
        open.map(({ id }) => [id, given.has(id) ? ('given' as const) : ('refused' as const)]),
      ),
      notice: { bytes, language: lang },
      acr: acrOf(stand.person.stands.level === 2 ? 2 : 1, house.acrBase),
      evidence: evidenceOf(house, ctx, stand.flow.uid),
    },
    now,
  );
  // Asked for on purpose and answered: not asked once more in this flow.
  if (stand.flow.prompt !== 'consent') return undefined;
  const { prompt: _, ...flow } = stand.flow;
  await keepFlow(house.db, { id: stand.family.id, flow });
  return { flow };
};

// Silence is no consent: only where a single thing is asked does "approve" say what it means.
function givenOf(named: string | undefined, open: readonly { readonly id: string }[]): ReadonlySet<string> {
  if (named === undefined) {
    if (open.length > 1) throw new Trouble('invalid_request', { detail: 'consent_purposes' });
    return new Set(open.map(({ id }) => id));
  }
  const ids = named.split(' ').filter(Boolean);
  if (ids.some((id) => !open.some((purpose) => purpose.id === id)))
    throw new Trouble('invalid_request', { detail: 'consent_purposes' });
  return new Set(ids);
}
