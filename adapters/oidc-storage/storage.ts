// oidc-provider's storage port on PostgreSQL. Every statement joins the transaction of the running
// request, so a code is consumed, a token written and a level read in one commit.

import type { Adapter } from 'oidc-provider';
import type { Database } from '../../database.ts';
import { artifactAdapter, isArtifactModel } from './artifacts.ts';
import type { ReplayAlarm } from './artifacts.ts';
import type { Clients } from './clients.ts';
import { grantAdapter } from './grants.ts';
import { replayAdapter } from './replay.ts';
import { sessionAdapter } from './sessions.ts';

export function createStorage(
  db: Database,
  clients: Clients,
  onReplay: ReplayAlarm,
): (model: string) => Adapter {
  return (model) => {
    if (isArtifactModel(model)) return artifactAdapter(db, model, onReplay);
    switch (model) {
      case 'Session':
        return sessionAdapter(db);
      case 'Grant':
        return grantAdapter(db);
      case 'ReplayDetection':
        return replayAdapter(db);
      case 'Client':
        return clients.adapter();
      default:
        throw new Error(`oidc-provider asked for a model that is switched off: ${model}`);
    }
  };
}
