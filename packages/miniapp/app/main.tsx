// Opening the app is the login: the list of utilities first, because it needs nobody, then Zalo's evidence.

import { render } from 'preact';
import { App } from './app.tsx';
import { readConfig } from './config.ts';
import { chosenLanguage, wordsOf } from './language.ts';
import { vi } from './words/vi.ts';
import { openZalo } from './zalo.ts';
import './style.css';

const place = document.querySelector('#app');

async function start(root: Element): Promise<void> {
  try {
    const [config, zalo] = await Promise.all([readConfig(), openZalo()]);
    const lang = chosenLanguage(zalo);
    const words = await wordsOf(lang);
    // What stands there while the script comes.
    root.replaceChildren();
    render(<App config={config} zalo={zalo} lang={lang} words={words} />, root);
  } catch {
    root.replaceChildren();
    // Without its configuration the app has nobody to ask; a reload is the only way on.
    render(<NotOpened onRetry={() => void start(root)} />, root);
  }
}

function NotOpened({ onRetry }: { readonly onRetry: () => void }) {
  return (
    <main>
      <h1>{vi.errors.title}</h1>
      <p class="alert" role="alert">
        {vi.errors.offline}
      </p>
      <button type="button" class="button main" onClick={onRetry}>
        {vi.frame.again}
      </button>
      <p>{vi.frame.help}</p>
    </main>
  );
}

if (place !== null) void start(place);
