// What an operator may ask for on behalf of a citizen on the telephone (decision 0023). Pure.

import type { ActionsByScope } from './decide.ts';

/**
 * Nothing of high risk, nothing that its service wants proven in a certain way, and nothing that is done
 * elsewhere. A scope counts as its strictest action: nobody can say which of them will be called.
 */
export function mayBeAssisted(catalogue: ActionsByScope, scopes: readonly string[]): boolean {
  return scopes.every((scope) => {
    const actions = catalogue.actionsByScope.get(scope) ?? [];
    return (
      actions.length > 0 &&
      actions.every(
        ({ risk, handover, require }) =>
          risk !== 'high' &&
          handover === 'local' &&
          require.amrAnyOf === undefined &&
          require.evidenceAnyOf === undefined,
      )
    );
  });
}
