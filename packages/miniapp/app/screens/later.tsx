// Screens that are fetched when somebody opens one, with a sentence for the telephone that has no net then.

import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useApp } from '../frame.ts';
import { Screen, Trouble } from '../parts.tsx';
import { Waiting } from '../waiting.tsx';
import { HomeScreen } from './home.tsx';

export type LaterScreens = Readonly<Record<string, ComponentType<{ readonly id: string }>>>;

export function lazy(load: () => Promise<{ readonly ownScreens: LaterScreens }>) {
  let loaded: LaterScreens | undefined;
  function Later({ name, id }: { readonly name: string; readonly id: string }) {
    const { words } = useApp();
    const [screens, setScreens] = useState(loaded);
    const [hasFailed, setFailed] = useState(false);
    const fetchAll = () => {
      setFailed(false);
      load().then(
        ({ ownScreens }) => setScreens((loaded = ownScreens)),
        () => setFailed(true),
      );
    };
    useEffect(() => {
      if (screens === undefined) fetchAll();
    }, []);
    if (screens === undefined) {
      return (
        <Screen title={words.frame.app}>
          {hasFailed ? (
            <Trouble error={{ code: 'offline', uri: undefined }} onRetry={fetchAll} />
          ) : (
            <Waiting text={words.frame.loading} />
          )}
        </Screen>
      );
    }
    // An address nobody knows leads home.
    const Found = screens[name] ?? HomeScreen;
    return <Found id={id} />;
  }
  return (name: string, id: string) => <Later key={`${name}/${id}`} name={name} id={id} />;
}
