// The frame: who is signed in, which screen stands, and the wizard that comes before every screen while a
// step waits for the citizen.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Catalogue } from './catalogue.ts';
import type { AppConfig } from './config.ts';
import { FrameContext, type Frame, type Lang, type SignIn } from './frame.ts';
import { keepLanguage, wordsOf } from './language.ts';
import { meSchema } from './own.ts';
import { screenAt } from './screens.tsx';
import { openSession, troubleOf, type TroubleShown } from './session.ts';
import { useTurns } from './turns.ts';
import { forgetUnderWay } from './under-way.ts';
import { Wizard } from './wizard.tsx';
import type { Words } from './words/vi.ts';
import type { ZaloFunctions } from './zalo.ts';

export function App(props: {
  readonly config: AppConfig;
  readonly zalo: ZaloFunctions;
  readonly lang: Lang;
  readonly words: Words;
}) {
  const { config, zalo } = props;
  const [{ lang, words }, setLanguage] = useState({ lang: props.lang, words: props.words });
  const [path, go] = usePath();
  const [catalogue, setCatalogue] = useState<Catalogue>();
  const [trouble, setTrouble] = useState<TroubleShown>();
  const [signIn, setSignIn] = useState<SignIn>({ state: 'out' });
  const { turn, isBusy, reply, onStep, during } = useTurns();
  const langNow = useRef(lang);
  langNow.current = lang;
  const session = useMemo(
    () => openSession({ config, zalo, onStep, during, language: () => langNow.current }),
    [config, zalo],
  );

  const enter = async (): Promise<void> => {
    setSignIn({ state: 'entering' });
    try {
      await session.signIn();
      setSignIn({ state: 'in', me: await session.own('', meSchema) });
    } catch (error) {
      setSignIn({ state: 'out', trouble: troubleOf(error) });
    }
  };
  const open = async (): Promise<void> => {
    setTrouble(undefined);
    try {
      setCatalogue(await session.catalogue());
      await enter();
    } catch (error) {
      setTrouble(troubleOf(error));
    }
  };
  useEffect(() => void open(), [session]);
  // Going back in the middle of the steps is a way of stopping.
  useEffect(() => reply(null), [path]);
  useEffect(() => void (document.documentElement.lang = lang), [lang]);

  const frame: Frame = {
    lang,
    words,
    config,
    zalo,
    session,
    catalogue,
    trouble,
    signIn,
    go,
    open,
    enter,
    // The name and the level after something changed; a failure leaves what stands.
    refresh: () =>
      session.own('', meSchema).then(
        (me) => setSignIn({ state: 'in', me }),
        () => undefined,
      ),
    async leave() {
      forgetUnderWay(zalo);
      await session.signOut();
      setSignIn({ state: 'left' });
      go('/');
    },
  };
  const speak = async (next: Lang): Promise<void> => {
    const found = await wordsOf(next).catch(() => undefined);
    if (found === undefined) return;
    keepLanguage(zalo, next);
    setLanguage({ lang: next, words: found });
  };
  const other = lang === 'vi' ? 'en' : 'vi';

  return (
    <FrameContext.Provider value={frame}>
      <header class="head">
        {turn === undefined && path !== '/' ? (
          <button type="button" class="head-link" onClick={() => history.back()}>
            <span aria-hidden="true">‹ </span>
            {words.frame.back}
          </button>
        ) : (
          <p class="head-name">{words.frame.app}</p>
        )}
        <button type="button" class="head-link" lang={other} onClick={() => void speak(other)}>
          {words.frame.otherLanguage}
        </button>
      </header>
      {turn !== undefined && <Wizard turn={turn} isBusy={isBusy} reply={reply} />}
      {/* Kept as it is below the wizard: what was typed there is still there afterwards. */}
      <div hidden={turn !== undefined}>{screenAt(path)}</div>
      <footer class="foot">
        <a href="tel:1022">{words.frame.help}</a>
      </footer>
    </FrameContext.Provider>
  );
}

/** The screen lies in the address behind #, so that the telephone's own "back" works. */
function usePath(): [string, (path: string) => void] {
  // The hotline's address opens its own screen (docs/hotline.md).
  const entry = new URLSearchParams(location.search).get('man') === 'lien-ket-1022' ? '/tong-dai' : '/';
  const read = () => location.hash.slice(1) || entry;
  const [path, setPath] = useState(read);
  useEffect(() => {
    const follow = () => setPath(read());
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  return [path, (next) => void (location.hash = next)];
}
