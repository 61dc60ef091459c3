// What every screen can reach: words, Zalo's functions, the session, and the way to another screen.

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Catalogue } from './catalogue.ts';
import type { AppConfig } from './config.ts';
import type { Me } from './own.ts';
import type { Session, TroubleShown } from './session.ts';
import type { Words } from './words/vi.ts';
import type { ZaloFunctions } from './zalo.ts';

export type Lang = 'vi' | 'en';

export type Frame = {
  readonly lang: Lang;
  readonly words: Words;
  readonly config: AppConfig;
  readonly zalo: ZaloFunctions;
  readonly session: Session;
  /** Undefined until it has been fetched; `trouble`: why it was not. */
  readonly catalogue: Catalogue | undefined;
  readonly trouble: TroubleShown | undefined;
  readonly signIn: SignIn;
  /** A path as in the address: `/dong-y`. */
  go(path: string): void;
  /** All from the beginning: catalogue and login. */
  open(): Promise<void>;
  enter(): Promise<void>;
  /** Reads name and level again. */
  refresh(): Promise<void>;
  /** Ends the login of this telephone. */
  leave(): Promise<void>;
};

export type SignIn =
  | { readonly state: 'out'; readonly trouble?: TroubleShown }
  | { readonly state: 'entering' }
  | { readonly state: 'in'; readonly me: Me }
  /** By the citizen's wish: nothing signs in again by itself. */
  | { readonly state: 'left' };

export const FrameContext = createContext<Frame | undefined>(undefined);

export function useApp(): Frame {
  const frame = useContext(FrameContext);
  if (frame === undefined) throw new Error('a screen outside the frame');
  return frame;
}
