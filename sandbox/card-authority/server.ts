// A simulated authority behind the cards, as a real HTTP server. It issues the cards of the sandbox's
// people and checks what comes back.
//   POST /checks {requestId, files}, Bearer key: {requestId, status, checkId, time, organisation, holder}
//   GET /: the people with cards
//   GET /cards/{number}.json: what a reader takes off that person's chip, with a new challenge each time
//   POST /__sandbox/cards {personalNumber, name, birthdate}: issues a card · /__sandbox/knobs

import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { makeCard, type Card } from '../cards/card.ts';
import { makeAuthority, makeSigner } from '../cards/certificates.ts';
import { citizenSchema } from '../vneid/citizens.ts';
import { STYLE_PATH, escape, page, stylesheet } from '../twin/page.ts';
import { faultSchema, json, parsedJson, startTwin, text, type Answer, type Asked, type Twin } from '../twin/server.ts'; // prettier-ignore

export const knobSchema = z.strictObject({
  /** `by_card`: what the card's state says. The others answer so whatever the card. */
  answer: z.enum(['by_card', 'valid', 'invalid', 'refused']).default('by_card'),
  /** Faces are judged by the authority: the right one, somebody else's, or not looked at. */
  holder: z.enum(['checked', 'not_checked', 'other_person']).default('checked'),
  /** Numbers whose cards were reported lost or replaced. */
  revoked: z.array(z.string()).default([]),
  /** HTTP status instead of an answer: our key, our right, our quota. */
  refuse: z.union([z.literal('none'), z.literal([401, 403, 429])]).default('none'),
  /** Whose question the answer says it answers. */
  requestId: z.enum(['right', 'other']).default('right'),
  /** Minutes the authority's clock is off. */
  clockMinutes: z.int().min(-10_000).max(10_000).default(0),
  fault: faultSchema.default('none'),
  delayMs: z.int().nonnegative().max(60_000).default(0),
});
export type CardAuthorityKnobs = z.output<typeof knobSchema>;

type Person = z.input<typeof citizenSchema>;
export type CardAuthorityTwin = Twin<CardAuthorityKnobs> & {
  /** The authority's certificate, marked TEST ONLY, which a broker of the sandbox trusts. */
  readonly csca: Buffer;
  /** Issues a card; a second one for the same person replaces the first. */
  issue(person: Person): Card;
};

const files = z.object({
  requestId: z.string().min(1),
  files: z.object({ sod: z.string(), dg2: z.string().optional() }),
});

export async function startCardAuthority(options: {
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly host?: string;
  readonly apiKey: string;
  /** Have a card from the start. */
  readonly people?: readonly Person[];
  readonly knobs?: Partial<CardAuthorityKnobs>;
}): Promise<CardAuthorityTwin> {
  const authority = makeAuthority();
  const signer = makeSigner(authority);
  const people = new Map((options.people ?? []).map((person) => [person.personalNumber, person]));
  const cards = new Map<string, Card>();
  const issue = (person: Person): Card => {
    const card = makeCard(person, signer);
    people.set(person.personalNumber, person);
    cards.set(person.personalNumber, card);
    return card;
  };
  // Made when first asked for: a demo has more people than anybody looks at.
  const cardOf = (number: string): Card | undefined => {
    const person = people.get(number);
    return person === undefined ? undefined : (cards.get(number) ?? issue(person));
  };
  const twin = await startTwin<CardAuthorityKnobs>({
    port: options.port,
    host: options.host,
    knobSchema,
    knobs: options.knobs,
    answer(asked, { knobs }): Answer {
      if (asked.path === '/checks')
        return { ...check(asked, knobs, cards, options.apiKey), delayMs: knobs.delayMs };
      if (asked.path === '/__sandbox/cards' && asked.method === 'POST') {
        const person = citizenSchema.safeParse(parsedJson(asked));
        if (!person.success) return json(400, { problem: z.prettifyError(person.error) });
        issue(person.data);
        return json(201, {});
      }
      if (asked.path === STYLE_PATH) return stylesheet();
      if (asked.path === '/') return listOf([...people.values()]);
      const card =
        asked.method === 'GET'
          ? cardOf(/^\/cards\/(999[0-9]{9})\.json$/.exec(asked.path)?.[1] ?? '')
          : undefined;
      return card === undefined ? text(404, 'not found') : download(card);
    },
  });
  return { ...twin, csca: authority.der, issue };
}

function check(
  asked: Asked,
  knobs: CardAuthorityKnobs,
  cards: ReadonlyMap<string, Card>,
  apiKey: string,
): Answer {
  if (asked.method !== 'POST') return text(405, 'method not allowed');
  if (!isKey(asked.headers.authorization, apiKey)) return json(401, { error: 'unauthorized' });
  if (knobs.refuse !== 'none') return json(knobs.refuse, { error: 'refused' });
  const question = files.safeParse(parsedJson(asked));
  if (!question.success) return json(400, { error: 'bad_request' });
  const { requestId } = question.data;
  const body = {
    requestId: knobs.requestId === 'right' ? requestId : randomUUID(),
    status: knobs.answer === 'by_card' ? stateOf(question.data.files, knobs, cards) : knobs.answer,
    checkId: randomUUID(),
    time: new Date(Date.now() + knobs.clockMinutes * 60_000).toISOString(),
    organisation: 'RAR (mô phỏng)',
    holder: knobs.holder === 'checked' ? 'checked' : 'not_checked',
  };
  return { ...json(200, body), fault: knobs.fault };
}

function stateOf(
  { sod, dg2 }: z.output<typeof files>['files'],
  { revoked, holder }: CardAuthorityKnobs,
  cards: ReadonlyMap<string, Card>,
): 'valid' | 'invalid' {
  const known = [...cards].find(([, card]) => card.sod.toString('base64') === sod);
  if (known === undefined) return 'invalid'; // not ours, or replaced by a later card
  const [number, card] = known;
  const face = dg2 === undefined || card.groups.dg2.toString('base64') === dg2;
  return face && !revoked.includes(number) && holder !== 'other_person' ? 'valid' : 'invalid';
}

const listOf = (people: readonly Person[]): Answer =>
  page(200, {
    title: 'Máy đọc thẻ dùng thử',
    system: 'Nơi cấp thẻ',
    main: `<p>Bấm vào tên để lưu tệp đọc chip của thẻ người đó.</p><ul>${people
      .map(
        ({ personalNumber, name }) =>
          `<li><a href="/cards/${escape(personalNumber)}.json">${escape(name)}</a></li>`,
      )
      .join('')}</ul>`,
  });

const download = (card: Card): Answer => ({
  status: 200,
  headers: {
    'content-type': 'application/json',
    'content-disposition': 'attachment; filename="doc-chip.json"',
    'cache-control': 'no-store',
  },
  body: JSON.stringify(card.read()),
});

function isKey(authorization: string | undefined, apiKey: string): boolean {
  const digest = (value: string) => createHash('sha256').update(value).digest();
  return timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${apiKey}`));
}
