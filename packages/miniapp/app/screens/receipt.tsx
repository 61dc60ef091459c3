import { useState } from 'preact/hooks';
import { useApp } from '../frame.ts';
import { receiptSchema } from '../own.ts';
import { Button, Screen } from '../parts.tsx';
import { Loaded, useRemote } from '../waiting.tsx';

/** The proof of a choice: sentences for its owner, a signature for whoever checks. */
export function ReceiptScreen({ id }: { readonly id: string }) {
  const { words, session } = useApp();
  const { receipt } = words;
  const [isCopied, setCopied] = useState(false);
  const [remote, reload] = useRemote(() => session.own(`/receipts/${encodeURIComponent(id)}`, receiptSchema));
  return (
    <Screen title={receipt.title}>
      <p>{receipt.lead}</p>
      <Loaded remote={remote} onRetry={() => void reload()}>
        {({ title, text, lines, jwt }) => (
          <div class="slip">
            <h2>{title}</h2>
            {text !== undefined && <p>{text}</p>}
            <dl class="facts">
              {lines.map((line, place) =>
                typeof line === 'string' ? (
                  <div key={place}>
                    <dd>{line}</dd>
                  </div>
                ) : (
                  <div key={place}>
                    <dt>{line.label}</dt>
                    <dd>{line.value}</dd>
                  </div>
                ),
              )}
            </dl>
            <details class="fold">
              <summary>{receipt.proof}</summary>
              <p class="machine">{jwt}</p>
              <Button
                kind="quiet"
                onPress={() =>
                  void navigator.clipboard.writeText(jwt).then(
                    () => setCopied(true),
                    () => setCopied(false),
                  )
                }
              >
                {receipt.copy}
              </Button>
              <p role="status">{isCopied ? receipt.copied : ''}</p>
            </details>
          </div>
        )}
      </Loaded>
    </Screen>
  );
}
