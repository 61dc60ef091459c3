// The keys of proofs that were good a moment ago. An app sends the same header with every proof;
// reading and importing it again costs as much as half a signature check.

import type { KeyObject } from 'node:crypto';
import { createGenerations } from './generations.ts';

export type ProofKey = { readonly key: KeyObject; readonly jkt: string };

export type ProofKeys = {
  get(header: string): ProofKey | undefined;
  put(header: string, key: ProofKey): void;
};

const half = 2500;
// A header with one key has some 200 characters; longer ones are read each time.
const maxHeaderLength = 512;

export function createProofKeys(): ProofKeys {
  const keys = createGenerations<ProofKey>(half);
  return {
    get: (header) => keys.get(header),
    put(header, key) {
      if (header.length <= maxHeaderLength) keys.set(header, key);
    },
  };
}
