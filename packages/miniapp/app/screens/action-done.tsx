import * as z from 'zod/mini';
import type { Service } from '../catalogue.ts';
import { useApp } from '../frame.ts';
import { Facts, Screen } from '../parts.tsx';

const entrySchema = z.object({ ma: z.string(), trangThai: z.string() });
type EntryShown = z.infer<typeof entrySchema>;
const answerSchema = z.union([
  entrySchema,
  z.object({ phanAnh: z.array(entrySchema) }),
  z.object({ hoSo: z.array(entrySchema) }),
  z.object({ giayTo: z.array(z.string()) }),
]);

/** What the service answered: a number to keep, a list, or the papers to bring. */
export function DoneScreen(props: {
  readonly title: string;
  readonly body: unknown;
  readonly service: Service;
}) {
  const { words, lang } = useApp();
  const found = answerSchema.safeParse(props.body);
  return (
    <Screen title={props.title} above={props.service.title[lang]}>
      {found.success && <Answer answer={found.data} />}
      <a class="button quiet" href="#/">
        {words.frame.home}
      </a>
    </Screen>
  );
}

function Answer({ answer }: { readonly answer: z.infer<typeof answerSchema> }) {
  const { words } = useApp();
  if ('ma' in answer) {
    return (
      <div class="done" role="status">
        <Entry {...answer} />
        <p>{words.answer.keep}</p>
      </div>
    );
  }
  if ('giayTo' in answer) {
    return (
      <ul>
        {answer.giayTo.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ul>
    );
  }
  const list = 'hoSo' in answer ? answer.hoSo : answer.phanAnh;
  if (list.length === 0) return <p role="status">{words.answer.none}</p>;
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

function Entry({ ma, trangThai }: EntryShown) {
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
