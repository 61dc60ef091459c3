// Signals as the rest of the house uses them: one desk, put together by main.ts.

import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Database } from '../database.ts';
import type { SigningKey } from '../keys/signing-keys.ts';
import { createPusher } from './push.ts';
import type { PushHouse } from './push.ts';
import type { PushReceiver } from './receiver.ts';
import { CHANNEL } from './store.ts';
import { refreshSectors } from './stream-store.ts';
import { createWaiting } from './waiting.ts';
import type { Waiting } from './waiting.ts';

export type Desk = {
  readonly receiver: PushReceiver;
  readonly waiting: Waiting;
  /** The keys that sign events, the current one first; made when they are first asked for. */
  readonly keys: () => Promise<readonly SigningKey[]>;
  /** After a rotation. */
  forgetKeys(): void;
  readonly worker: {
    readonly name: string;
    readonly everyMs: number;
    readonly channel: string;
    work(): Promise<void>;
  };
  readonly listener: { readonly channel: string; heard(streamId: string): void };
  stop(): Promise<void>;
};

export function openSignals(
  house: Omit<PushHouse, 'keys'> & { readonly loadKeys: () => Promise<readonly SigningKey[]> },
): Desk {
  let loading: Promise<readonly SigningKey[]> | undefined;
  const keys = () => {
    loading ??= house.loadKeys().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
  const waiting = createWaiting();
  const pusher = createPusher({ ...house, keys });
  return {
    receiver: house.receiver,
    waiting,
    keys,
    forgetKeys() {
      loading = undefined;
    },
    worker: { name: 'signals', everyMs: 1_000, channel: CHANNEL, work: pusher.turn },
    listener: { channel: CHANNEL, heard: (streamId) => waiting.wake(streamId) },
    async stop() {
      waiting.close();
      await pusher.stop();
    },
  };
}

/** At start: a service whose sector changed is known by other ids from now on. */
export const keepSectors = (db: Database, catalogue: Catalogue) => refreshSectors(db, catalogue.services);
