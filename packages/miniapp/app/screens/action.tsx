// One act at a service: the form, the call with every step it takes, and what the service answered.

import { useEffect, useState } from 'preact/hooks';
import { findAction, type Action, type Service } from '../catalogue.ts';
import { useApp } from '../frame.ts';
import { Button, Field, Form, Screen, Submit, Trouble } from '../parts.tsx';
import { troubleOf, type ServiceAnswer, type TroubleShown } from '../session.ts';
import { Waiting } from '../waiting.tsx';
import { openOutside } from '../zalo.ts';
import { DoneScreen } from './action-done.tsx';
import { formOf } from './action-forms.ts';

export function ActionScreen({ name }: { readonly name: string }) {
  const { words, catalogue } = useApp();
  const found = findAction(catalogue, name);
  if (found === undefined) {
    return (
      <Screen title={words.frame.app}>
        <Waiting text={words.frame.loading} />
      </Screen>
    );
  }
  return <Act {...found} />;
}

function Act({ service, action }: { readonly service: Service; readonly action: Action }) {
  const { words, lang, session, refresh, zalo } = useApp();
  const plan = formOf(action)?.(words);
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  const [missing, setMissing] = useState<string>();
  const [answer, setAnswer] = useState<ServiceAnswer>();
  const [trouble, setTrouble] = useState<TroubleShown>();
  const [isSending, setSending] = useState(false);
  const send = async () => {
    if (plan === undefined) return;
    const empty = plan.fields.find((field) => (typed[field.name] ?? '').trim() === '');
    setMissing(empty?.name);
    if (empty !== undefined) return;
    setSending(true);
    setTrouble(undefined);
    setAnswer(undefined);
    try {
      setAnswer(await session.act(service, action, typed));
      // A step-up may have raised the level.
      if (action.level === 2) void refresh();
    } catch (error) {
      setTrouble(troubleOf(error));
    } finally {
      setSending(false);
    }
  };
  const askAgain = async () => {
    setTrouble(undefined);
    setAnswer(undefined);
    setSending(true);
    try {
      await session.askConsent(service, action);
      await send();
    } catch (error) {
      setTrouble(troubleOf(error));
    } finally {
      setSending(false);
    }
  };
  // Nothing to fill in: asked at once.
  useEffect(() => void (plan?.isQuestion === true && send()), []);
  if (plan === undefined) return <Screen title={action.title[lang]}>{words.service.elsewhere}</Screen>;

  if (answer?.outcome === 'done')
    return (
      <DoneScreen
        title={plan.isQuestion === true ? action.title[lang] : plan.done}
        body={answer.body}
        service={service}
      />
    );
  if (answer?.outcome === 'handover') {
    const { location } = answer;
    return (
      <Screen title={words.service.portalTitle}>
        <p>{words.service.portalText}</p>
        <p class="machine">{location}</p>
        <Button onPress={() => void openOutside(zalo, location, false)}>{words.service.portal}</Button>
      </Screen>
    );
  }
  return (
    <Screen title={action.title[lang]}>
      {trouble !== undefined && <Trouble error={trouble} onRetry={() => void send()} />}
      {answer?.outcome === 'refused' && (
        <div class="alert" role="alert">
          <p>{answer.title || words.errors.denied}</p>
        </div>
      )}
      {answer?.outcome === 'no-consent' && (
        <div class="alert" role="alert">
          <p>{words.answer.noConsent}</p>
          <Button onPress={() => void askAgain()}>{words.answer.askAgain}</Button>
        </div>
      )}
      {plan.lead !== undefined && <p>{plan.lead}</p>}
      <Form onSubmit={() => void send()}>
        {plan.fields.map(({ name, label, hint, isLong = false }) => (
          <Field
            key={name}
            name={name}
            label={label}
            hint={hint}
            isLong={isLong}
            value={typed[name] ?? ''}
            onInput={(value) => setTyped((before) => ({ ...before, [name]: value }))}
            error={missing === name ? words.report.empty : undefined}
          />
        ))}
        {isSending ? <Waiting text={words.frame.sending} /> : <Submit>{plan.send}</Submit>}
      </Form>
    </Screen>
  );
}
