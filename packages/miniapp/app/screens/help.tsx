import { useState } from 'preact/hooks';
import { useApp } from '../frame.ts';
import { Alert, Button, Screen } from '../parts.tsx';

export function HelpScreen() {
  const { words, zalo, config, catalogue } = useApp();
  const { help } = words;
  const [hasFailed, setFailed] = useState(false);
  const oaId = catalogue?.hotline?.oa ?? config.oaId;
  return (
    <Screen title={help.title}>
      <p>{help.callText}</p>
      <a class="button main" href="tel:1022">
        {help.call}
      </a>
      {oaId !== undefined && zalo.openChat !== undefined && (
        <Button
          kind="quiet"
          onPress={() => void zalo.openChat?.({ type: 'oa', id: oaId }).catch(() => setFailed(true))}
        >
          {help.chat}
        </Button>
      )}
      <Alert text={hasFailed ? help.chatFailed : undefined} />
      {help.questions.map(({ ask, answer }) => (
        <section key={ask}>
          <h2>{ask}</h2>
          <p>{answer}</p>
        </section>
      ))}
    </Screen>
  );
}
