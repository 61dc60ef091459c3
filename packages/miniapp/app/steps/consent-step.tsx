import { useApp } from '../frame.ts';
import { Alert, Facts, Form, Submit } from '../parts.tsx';
import { Purposes, useChoices } from '../purposes.tsx';
import type { StepProps } from './step.ts';

/** The notice of a service before it gets anything, and the answer to each purpose. */
export function ConsentStep({ challenge, reply }: StepProps<'consent'>) {
  const { words } = useApp();
  const { consent } = words;
  const choices = useChoices(challenge.purposes);
  const { asked, missing } = choices;
  const changed = challenge.error === 'changed' ? consent.changed : undefined;
  const send = () => {
    const given = choices.given();
    if (given === undefined) return;
    const hash = { consent_text_hash: challenge.text_hash };
    if (asked.length > 0 && given.length === 0) reply({ consent: 'deny', ...hash });
    else reply({ consent: 'approve', ...hash, consent_purposes: given.join(' ') });
  };
  return (
    <Form onSubmit={send}>
      <Alert text={missing === undefined ? changed : consent.unanswered(missing.title)} />
      <p>{asked.length > 0 ? consent.lead : consent.noticeLead}</p>
      <Facts
        rows={[
          [consent.service, challenge.service.title],
          [consent.owner, challenge.service.owner],
        ]}
      />
      <Purposes purposes={challenge.purposes} choices={choices} />
      <Submit>{asked.length > 0 ? consent.submit : consent.acknowledge}</Submit>
    </Form>
  );
}
