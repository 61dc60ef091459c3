// What a screen shows while something is on its way, and the clocks that run beside it.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useApp } from './frame.ts';
import { Trouble } from './parts.tsx';
import { troubleOf, type TroubleShown } from './session.ts';

export const Waiting = ({ text }: { readonly text: string }) => (
  <p class="waiting" role="status">
    {text}
  </p>
);

export type Remote<Value> =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly value: Value }
  | { readonly state: 'failed'; readonly error: TroubleShown };

/** Loads when the screen opens, and again on `reload`; what stands stays on the screen meanwhile. */
export function useRemote<Value>(load: () => Promise<Value>): [Remote<Value>, () => Promise<void>] {
  const [remote, setRemote] = useState<Remote<Value>>({ state: 'loading' });
  const isOpen = useRef(true);
  const reload = async (): Promise<void> => {
    try {
      const value = await load();
      if (isOpen.current) setRemote({ state: 'ready', value });
    } catch (error) {
      if (isOpen.current) setRemote({ state: 'failed', error: troubleOf(error) });
    }
  };
  useEffect(() => {
    isOpen.current = true;
    void reload();
    return () => {
      isOpen.current = false;
    };
    // The screen is built anew for other data.
  }, []);
  return [remote, reload];
}

/** What was loaded, or its waiting line, or its mistake with a way to try again. */
export function Loaded<Value>(props: {
  readonly remote: Remote<Value>;
  readonly onRetry: () => void;
  readonly children: (value: Value) => ComponentChildren;
}) {
  const { words } = useApp();
  if (props.remote.state === 'loading') return <Waiting text={words.frame.loading} />;
  if (props.remote.state === 'failed') return <Trouble error={props.remote.error} onRetry={props.onRetry} />;
  return <>{props.children(props.remote.value)}</>;
}

/** Seconds left of `total`, counted again whenever `turn` changes. */
export function useSecondsLeft(total: number, turn: number): number {
  const [left, setLeft] = useState(total);
  useEffect(() => {
    const endsAt = Date.now() + total * 1000;
    setLeft(total);
    const timer = setInterval(() => setLeft(Math.max(0, Math.round((endsAt - Date.now()) / 1000))), 1000);
    return () => clearInterval(timer);
  }, [turn]);
  return left;
}

/** Calls `act` again and again while the screen is open and seen, and at once when it is seen again. */
export function useEvery(seconds: number, turn: number, act: () => void): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const ask = () => {
      if (document.visibilityState === 'visible') latest.current();
    };
    const timer = setInterval(ask, Math.max(1, seconds) * 1000);
    document.addEventListener('visibilitychange', ask);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', ask);
    };
  }, [seconds, turn]);
}
