// Purposes to choose on: one choice each, none made beforehand, yes and no equally large (Luật 91/2025
// Đ.9). What rests on law is shown and not asked.

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Purpose } from '../challenge.ts';
import { useApp } from './frame.ts';
import { Facts } from './parts.tsx';

export type Choices = {
  readonly asked: readonly Purpose[];
  /** The first one without an answer, once somebody tried to go on. */
  readonly missing: Purpose | undefined;
  choiceOf(purpose: Purpose): 'given' | 'refused' | undefined;
  choose(purpose: Purpose, choice: 'given' | 'refused'): void;
  /** Ids of what was agreed to; undefined while something is unanswered, which is then `missing`. */
  given(): readonly string[] | undefined;
};

export function useChoices(purposes: readonly Purpose[]): Choices {
  const [choices, setChoices] = useState<Readonly<Record<string, 'given' | 'refused'>>>({});
  const [missing, setMissing] = useState<Purpose>();
  const asked = purposes.filter((purpose) => purpose.asked);
  return {
    asked,
    missing,
    choiceOf: ({ id }) => choices[id],
    choose: ({ id }, choice) => setChoices({ ...choices, [id]: choice }),
    given() {
      const unanswered = asked.find(({ id }) => choices[id] === undefined);
      setMissing(unanswered);
      if (unanswered !== undefined) return undefined;
      return asked.filter(({ id }) => choices[id] === 'given').map(({ id }) => id);
    },
  };
}

/** What is asked first, then what rests on law. */
export function Purposes({
  purposes,
  choices,
}: {
  readonly purposes: readonly Purpose[];
  readonly choices: Choices;
}) {
  const { words } = useApp();
  const { consent } = words;
  const isSensitive = purposes.some(({ data }) => data.some(({ sensitive }) => sensitive));
  return (
    <>
      {isSensitive && <p class="warning">{consent.sensitiveNote}</p>}
      {choices.asked.map((purpose) => (
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
                    checked={choices.choiceOf(purpose) === choice}
                    onChange={() => choices.choose(purpose, choice)}
                  />
                  {choice === 'given' ? consent.yes : consent.no}
                </label>
              ))}
            </div>
          </fieldset>
        </PurposeCard>
      ))}
      {purposes
        .filter(({ asked }) => !asked)
        .map((purpose) => (
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
    </>
  );
}

function PurposeCard(props: { readonly purpose: Purpose; readonly children: ComponentChildren }) {
  const { words } = useApp();
  const { consent } = words;
  const { purpose } = props;
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
      {props.children}
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
