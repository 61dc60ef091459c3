// What every page of a sign-in shares: its frame, its form token and the way out.

import type { Context } from 'koa';
import type { PageFrame } from '../views/layout.ts';
import { render } from '../views/html.ts';
import type { Html } from '../views/html.ts';
import { csrfOf } from './csrf.ts';
import { frameOf, langOf } from './frame.ts';
import type { Site } from './site.ts';
import type { Visit } from './visit.ts';

export type StepPage = {
  readonly page: PageFrame;
  readonly clientName: string;
  readonly csrf: string;
  readonly cancelAction: string;
  action(name: string): string;
};

export function stepPage(site: Site, ctx: Context, visit: Visit): StepPage {
  const action = (name: string) => `/interaction/${visit.uid}/${name}`;
  return {
    page: {
      ...frameOf(ctx, site, { account: visit.person?.profile.greeting }),
      otherLangHref: langHref(ctx, visit.uid),
    },
    clientName: visit.client.clientName ?? visit.client.clientId,
    csrf: csrfOf(site.csrfKey, `interaction/${visit.uid}`),
    cancelAction: action('thoi'),
    action,
  };
}

export function send(ctx: Context, page: Html, status = 200): void {
  ctx.status = status;
  ctx.type = 'html';
  ctx.body = render(page);
}

/** Back to the step that is next now. `note` is a word the page explains, never text of the request. */
export function backToVisit(ctx: Context, visit: Pick<Visit, 'uid'>, note?: string): void {
  ctx.redirect(`/interaction/${visit.uid}${note === undefined ? '' : `?bao=${note}`}`);
  ctx.status = 303;
}

/** What a page says about the note in its address; nothing for a word that is not of its own list. */
export function noteOf<Note>(ctx: Context, notes: Readonly<Record<string, Note>>): Note | undefined {
  const word = String(ctx.query['bao'] ?? '');
  return Object.hasOwn(notes, word) ? notes[word] : undefined;
}

// A page shown in answer to a POST has the POST's path, where a GET finds nothing.
const langHref = (ctx: Context, uid: string) =>
  `/interaction/${uid}?lang=${langOf(ctx) === 'vi' ? 'en' : 'vi'}`;
