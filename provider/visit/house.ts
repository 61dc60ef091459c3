import type { Method } from '../../policies/methods.ts';
import type { ProviderHouse } from '../house.ts';

/** What looking at a person needs beyond the protocol. */
export type VisitHouse = ProviderHouse & {
  /** Ways to prove oneself for which this house has what they need. */
  readonly methods: readonly Method[];
  /** How many proxies in front are ours. */
  readonly trustedProxies: number;
};
