// What the pages are given to work with. Built once by main.ts.

import type { ZaloLogin } from '../accounts/zalo-login.ts';
import type { OaIdentity } from '../accounts/zalo-webhook.ts';
import type { House as ConsentHouse } from '../consent/give.ts';
import type { ChallengeHouse } from '../provider/challenge/house.ts';
import type { LaunchAccess } from '../safety/launches.ts';
import type { Access } from '../safety/lock.ts';
import type { Desk } from '../signals/desk.ts';

export type Site = ChallengeHouse &
  Pick<ConsentHouse, 'receiptKey' | 'grants'> & {
    readonly zalo: ZaloLogin;
    /** Signs the SMS gateway's delivery reports; undefined: none are taken. */
    readonly smsWebhookSecret: string | undefined;
    /** Security events for services. */
    readonly signals: Desk;
    /** Besides taking scopes back: everything an account has ends. */
    readonly grants: Access & LaunchAccess;
    /** Origins a form of ours may lead to: Zalo and VNeID. */
    readonly upstreamOrigins: readonly string[];
    readonly vneidIssuer: string;
    readonly csrfKey: Buffer;
    readonly stylesheetHref: string;
    /** The client under which a citizen opens their own page. */
    readonly ownClientId: string;
    /** Our own Official Account, which tells what became of template messages; undefined: none is heard. */
    readonly houseOa: OaIdentity | undefined;
    /** How Zalo signs what it tells of the mini app, and the app whose ids it uses; undefined: nothing is heard. */
    readonly miniAppEvents:
      | { readonly miniAppId: string; readonly apiKey: string; readonly appId: string }
      | undefined;
    /** Says on every page that people and numbers are made up. */
    readonly demo: boolean;
    readonly measure: (method: string, route: string, status: number, seconds: number) => void;
  };
