// One act at a service: the form, the call with every step it takes, and what the service answered.

import { useState } from 'preact/hooks';
import * as z from 'zod/mini';
import { findAction, type Action, type Service } from '../catalogue.ts';
import { useApp } from '../frame.ts';
import { Button, Facts, Field, Form, Screen, Submit, Trouble } from '../parts.tsx';
import { troubleOf, type ServiceAnswer, type TroubleShown } from '../session.ts';
import { Waiting } from '../waiting.tsx';
import { openOutside } from '../zalo.ts';
import type { Words } from '../words/vi.ts';

type FieldPlan = { readonly name: string; readonly label: string; readonly hint: string; readonly isLong?: boolean };
type FormPlan = { readonly lead?: string; readonly send: string; readonly done: string; readonly fields: readonly FieldPlan[] };

/** What the demo services can really do; undefined: this app does not know the act's form. */
export function formOf({ action, route }: Action): ((words: Words) => FormPlan) | undefined {
  switch (action) {
    case 'phananh.gui':
      return ({ report }) => ({
        lead: report.lead,
        send: report.send,
        done: report.done,
        fields: [
          { name: 'viTri', label: report.place, hint: report.placeHint },
          { name: 'noiDung', label: report.what, hint: report.whatHint, isLong: true },
        ],
      });
    case 'hoso.nop':
      return ({ dossier }) => ({
        lead: dossier.lead,
        send: dossier.send,
        done: dossier.done,
        fields: [
          { name: 'loai', label: dossier.kind, hint: dossier.kindHint },
          { name: 'noiDung', label: dossier.what, hint: dossier.whatHint, isLong: true },
        ],
      });
    case 'hoso.nop-tthc':
      return ({ service }) => ({ lead: service.portalText, send: service.portal, done: service.portalTitle, fields: [] });
    default:
      return route?.method === 'GET' && /^(hoso|phananh)\./.test(action)
        ? ({ frame, answer }) => ({ send: frame.again, done: answer.mine, fields: [] })
        : undefined;
  }
}

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
  if (plan === undefined) return <Screen title={action.title[lang]}>{words.service.elsewhere}</Screen>;

  const send = async () => {
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
    try {
      await session.askConsent(service);
      await send();
    } catch (error) {
      setTrouble(troubleOf(error));
    }
  };

  if (answer?.outcome === 'done') return <Done title={plan.done} body={answer.body} service={service} />;
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
      {trouble !== undefined && <Trouble error={trouble} />}
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

const entrySchema = z.object({ ma: z.string(), trangThai: z.string() });
const listSchema = z.union([
  z.object({ phanAnh: z.array(entrySchema) }),
  z.object({ hoSo: z.array(entrySchema) }),
]);
const papersSchema = z.object({ giayTo: z.array(z.string()) });

function Done({ title, body, service }: { readonly title: string; readonly body: unknown; readonly service: Service }) {
  const { words, lang } = useApp();
  const [entry, list, papers] = [entrySchema, listSchema, papersSchema].map((schema) => schema.safeParse(body));
  return (
    <Screen title={title}>
      {entry?.success === true && (
        <div class="done" role="status">
          <Entry {...(entry.data as z.infer<typeof entrySchema>)} />
          <p>{words.answer.keep}</p>
        </div>
      )}
      {list?.success === true && <Entries list={Object.values(list.data as object).flat() as z.infer<typeof entrySchema>[]} />}
      {papers?.success === true && (
        <>
          <h2>{words.answer.papers}</h2>
          <ul>
            {(papers.data as z.infer<typeof papersSchema>).giayTo.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </>
      )}
      <p class="hint">{service.title[lang]}</p>
      <a class="button quiet" href="#/">
        {words.frame.home}
      </a>
    </Screen>
  );
}

function Entries({ list }: { readonly list: readonly z.infer<typeof entrySchema>[] }) {
  const { words } = useApp();
  if (list.length === 0) return <p>{words.answer.none}</p>;
  return (
    <ul class="rows">
      {list.map((one) => (
        <li key={one.ma}>
          <Entry {...one} />
        </li>
      ))}
    </ul>
  );
}

function Entry({ ma, trangThai }: z.infer<typeof entrySchema>) {
  const { words } = useApp();
  return (
    <Facts
      rows={[
        [words.answer.code, <strong class="number">{ma}</strong>],
        [words.answer.state, trangThai],
      ]}
    />
  );
}
