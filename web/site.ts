// What the pages are given to work with. Built once by main.ts.

import type { ZaloLogin } from '../accounts/zalo-login.ts';
import type { Budgets } from '../codes/budgets.ts';
import type { Fallback } from '../codes/fallback.ts';
import type { CardAuthority } from '../assurance/card-authority.ts';
import type { Notify } from '../assurance/notify.ts';
import type { PopulationRegister, RegisterTerms } from '../assurance/population-register.ts';
import type { VneidSignOn } from '../assurance/vneid-sign-on.ts';
import type { CardTrust } from '../cards/chip/trust.ts';
import type { House as ConsentHouse } from '../consent/give.ts';
import type { Method } from '../policies/methods.ts';
import type { ProviderHouse } from '../provider/house.ts';
import type { BrokerProvider } from '../provider/provider.ts';
import type { Access } from '../safety/lock.ts';
import type { Desk } from '../signals/desk.ts';

export type Site = ProviderHouse &
  Pick<ConsentHouse, 'receiptKey' | 'grants'> & {
    /** The provider in use; a key rotation replaces it. */
    readonly provider: () => BrokerProvider;
    readonly zalo: ZaloLogin;
    readonly vneid: VneidSignOn;
    readonly budgets: Budgets;
    readonly fallback: Fallback;
    /** Notices go through Zalo, too. */
    readonly zaloNotices: boolean;
    /** Signs the SMS gateway's delivery reports; undefined: none are taken. */
    readonly smsWebhookSecret: string | undefined;
    /** The population register and the terms under which it is asked; both or neither. */
    readonly register?: PopulationRegister | undefined;
    readonly registerTerms?: RegisterTerms | undefined;
    /** Vouches for cards in force; absent: no chip step. */
    readonly cardAuthority?: CardAuthority | undefined;
    readonly cards: CardTrust;
    readonly notify: Notify;
    /** Security events for services. */
    readonly signals: Desk;
    /** Ways to prove oneself for which this house has what they need. */
    readonly methods: readonly Method[];
    /** Besides taking scopes back: everything an account has ends. */
    readonly grants: Access;
    /** Origins a form of ours may lead to: Zalo and VNeID. */
    readonly upstreamOrigins: readonly string[];
    readonly vneidIssuer: string;
    readonly csrfKey: Buffer;
    readonly stylesheetHref: string;
    /** The client under which a citizen opens their own page. */
    readonly ownClientId: string;
    /** Says on every page that people and numbers are made up. */
    readonly demo: boolean;
    /** How many proxies in front are ours. */
    readonly trustedProxies: number;
    readonly measure: (method: string, route: string, status: number, seconds: number) => void;
  };
