// One act at a service: the form, the call with every step it takes, and what the service answered.

import { useEffect, useState } from 'preact/hooks';
import { findAction, type Action, type Service } from '../catalogue.ts';
import { useApp } from '../frame.ts';
import { Button, Field, Form, Screen, Submit, Trouble } from '../parts.tsx';
import { troubleOf, type ServiceAnswer, type TroubleShown } from '../session.ts';
import { whileNoted } from '../under-way.ts';
import { Waiting } from '../waiting.tsx';
import { openOutside } from '../zalo.ts';
import { DoneScreen } from './action-done.tsx';
import { formOf } from './action-forms.ts';

export function ActionScreen(props: {
  readonly name: string;
  /** The steps were left open by a launch before this one: they come first, then the form. */
  readonly resumes: boolean;
}) {
  const { words, catalogue } = useApp();
  const found = findAction(catalogue, props.name);
  if (found === undefined) {
    return (
      <Screen title={words.frame.app}>
        <Waiting text={words.frame.loading} />
      </Screen>
    );
  }
  return <Act {...found} resumes={props.resumes} />;
}

function Act(props: { readonly service: Service; readonly action: Action; readonly resumes: boolean }) {
  const { service, action, resumes } = props;
  const { words, lang, session, refresh, zalo } = useApp();
  const plan = formOf(action)?.(words);
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  const [missing, setMissing] = useState<string>();
  const [answer, setAnswer] = useState<ServiceAnswer>();
  const [trouble, setTrouble] = useState<TroubleShown>();
  const [isSending, setSending] = useState(false);
  const [isProving, setProving] = useState(false);
  const [isProven, setProven] = useState(false);
  // On the way to level 2 people leave the app, and Zalo may close it meanwhile.
  const noted = <Value,>(work: () => Promise<Value>): Promise<Value> =>
    action.level === 2 ? whileNoted(zalo, action.action, work) : work();
  const prove = async () => {
    setProving(true);
    setTrouble(undefined);
    try {
      await noted(() => session.prove(service, action));
      setProven(true);
      void refresh();
    } catch (error) {
      setTrouble(troubleOf(error));
    } finally {
      setProving(false);
    }
  };
  const send = async () => {
    if (plan === undefined) return;
    const empty = plan.fields.find((field) => (typed[field.name] ?? '').trim() === '');
    setMissing(empty?.name);
    if (empty !== undefined) return;
    setSending(true);
    setTrouble(undefined);
    setAnswer(undefined);
    try {
      setAnswer(await noted(() => session.act(service, action, typed)));
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
      await noted(() => session.askConsent(service, action));
      await send();
    } catch (error) {
      setTrouble(troubleOf(error));
    } finally {
      setSending(false);
    }
  };
  useEffect(() => {
    // Nothing to fill in: asked at once.
    if (plan?.isQuestion === true) void send();
    else if (plan !== undefined && resumes) void prove();
  }, []);
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
      {trouble !== undefined && (
        <Trouble error={trouble} onRetry={() => void (resumes && !isProven ? prove() : send())} />
      )}
      {isProven && answer === undefined && (
        <p class="done" role="status">
          {plan.fields.length > 0 ? words.underWay.writeAgain : words.underWay.pressAgain}
        </p>
      )}
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
      {plan.lead !== undefined && !isProven && <p>{plan.lead}</p>}
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
        {isProving && <Waiting text={words.frame.loading} />}
        {isSending && <Waiting text={words.frame.sending} />}
        {!isProving && !isSending && <Submit>{plan.send}</Submit>}
      </Form>
    </Screen>
  );
}
