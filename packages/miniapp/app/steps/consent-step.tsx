import { useState } from 'preact/hooks';
import type { Purpose } from '../../challenge.ts';
import { useApp } from '../frame.ts';
import { Alert, Facts, Form, Submit } from '../parts.tsx';
import type { StepProps } from './step.ts';

type Choice = 'given' | 'refused';

/** One choice a purpose, none made beforehand, yes and no equally large (Luật 91/2025 Đ.9). */
export function ConsentStep({ challenge, reply }: StepProps<'consent'>) {
  const { words } = useApp();
  const { consent } = words;
  const [choices, setChoices] = useState<Readonly<Record<string, Choice>>>({});
  const [missing, setMissing] = useState<Purpose>();
  const asked = challenge.purposes.filter((purpose) => purpose.asked);
  const others = challenge.purposes.filter((purpose) => !purpose.asked);
  const isSensitive = challenge.purposes.some(({ data }) => data.some(({ sensitive }) => sensitive));

  const changed = challenge.error === 'changed' ? consent.changed : undefined;
  const told = missing === undefined ? changed : consent.unanswered(missing.title);
  const send = () => {
    const unanswered = asked.find(({ id }) => choices[id] === undefined);
    setMissing(unanswered);
    if (unanswered !== undefined) return;
    const given = asked.filter(({ id }) => choices[id] === 'given').map(({ id }) => id);
    const hash = { consent_text_hash: challenge.text_hash };
    if (asked.length > 0 && given.length === 0) reply({ consent: 'deny', ...hash });
    else reply({ consent: 'approve', ...hash, consent_purposes: given.join(' ') });
  };

  return (
    <Form onSubmit={send}>
      <Alert text={told} />
      <p>{asked.length > 0 ? consent.lead : consent.noticeLead}</p>
      <Facts
        rows={[
          [consent.service, challenge.service.title],
          [consent.owner, challenge.service.owner],
        ]}
      />
      {isSensitive && <p class="warning">{consent.sensitiveNote}</p>}
      {asked.map((purpose) => (
        <PurposeCard key={purpose.id} purpose={purpose}>
          <fieldset>
            <legend class="unseen">{consent.choice(purpose.title)}</legend>
            {purpose.current !== undefined && <p>{consent.current[purpose.current]}</p>}
            <p>{purpose.needed ? consent.needed : consent.optional}</p>
            <div class="choices">
              {(['given', 'refused'] as const).map((choice) => (
                <label class="choice" key={choice}>
                  <input
                    type="radio"
                    name={purpose.id}
                    value={choice}
                    checked={choices[purpose.id] === choice}
                    onChange={() => setChoices({ ...choices, [purpose.id]: choice })}
                  />
                  {choice === 'given' ? consent.yes : consent.no}
                </label>
              ))}
            </div>
          </fieldset>
        </PurposeCard>
      ))}
      {others.map((purpose) => (
        <PurposeCard key={purpose.id} purpose={purpose}>
          {purpose.basis === 'law' ? (
            <p>
              <strong class="tag">{consent.law}</strong> {consent.lawText}
              {purpose.basis_ref !== undefined && ` ${consent.lawRef}: ${purpose.basis_ref}.`}
            </p>
          ) : (
            purpose.current !== undefined && <p>{consent.current[purpose.current]}</p>
          )}
        </PurposeCard>
      ))}
      <Submit>{asked.length > 0 ? consent.submit : consent.acknowledge}</Submit>
    </Form>
  );
}

function PurposeCard({
  purpose,
  children,
}: {
  readonly purpose: Purpose;
  readonly children: preact.ComponentChildren;
}) {
  const { words } = useApp();
  const { consent } = words;
  return (
    <section class={purpose.basis === 'law' ? 'purpose by-law' : 'purpose'}>
      <h2>{purpose.title}</h2>
      <p>{purpose.text}</p>
      <Facts
        rows={[
          [consent.data, <DataList purpose={purpose} />],
          [consent.retention, purpose.retention],
          [consent.recipients, purpose.recipients.join(', ')],
        ]}
      />
      {children}
    </section>
  );
}

function DataList({ purpose }: { readonly purpose: Purpose }) {
  const { words } = useApp();
  if (purpose.data.length === 0) return <>{words.consent.noData}</>;
  return (
    <>
      {purpose.data.map(({ label, sensitive }, place) => (
        <span key={label}>
          {place > 0 && ', '}
          {label}
          {sensitive && <strong class="tag sensitive"> {words.consent.sensitive}</strong>}
        </span>
      ))}
    </>
  );
}
