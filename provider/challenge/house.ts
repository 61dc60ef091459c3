// What the mini app's endpoint works with: the same pieces as the web pages.

import type { ZaloApp } from '../../accounts/zalo-app.ts';
import type { CardAuthority } from '../../assurance/card-authority.ts';
import type { Notify } from '../../assurance/notify.ts';
import type { PopulationRegister, RegisterTerms } from '../../assurance/population-register.ts';
import type { VneidSignOn } from '../../assurance/vneid-sign-on.ts';
import type { CardTrust } from '../../cards/chip/trust.ts';
import type { Budgets } from '../../codes/budgets.ts';
import type { Fallback } from '../../codes/fallback.ts';
import type { House as ConsentHouse } from '../../consent/give.ts';
import type { Nonces } from '../nonces.ts';
import type { BrokerProvider } from '../provider.ts';
import type { VisitHouse } from '../visit/house.ts';

export type ChallengeHouse = VisitHouse &
  Pick<ConsentHouse, 'receiptKey' | 'grants'> & {
    /** The provider in use; a key rotation replaces it. */
    readonly provider: () => BrokerProvider;
    readonly nonces: Nonces;
    readonly zaloApp: ZaloApp;
    readonly vneid: VneidSignOn;
    readonly budgets: Budgets;
    readonly fallback: Fallback;
    /** Notices go through Zalo, too. */
    readonly zaloNotices: boolean;
    readonly notify: Notify;
    /** The population register and the terms under which it is asked; both or neither. */
    readonly register?: PopulationRegister | undefined;
    readonly registerTerms?: RegisterTerms | undefined;
    /** Vouches for cards in force; absent: no chip step. */
    readonly cardAuthority?: CardAuthority | undefined;
    readonly cards: CardTrust;
    /** Opens the mini app again: `https://zalo.me/s/<id>/`. Undefined where none is set up. */
    readonly miniAppUrl: string | undefined;
  };
