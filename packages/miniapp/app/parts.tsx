// The parts every screen is made of.

import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { useApp } from './frame.ts';
import type { TroubleShown } from './session.ts';
import { openOutside } from './zalo.ts';

/** One screen: its heading takes the focus, so that a screen reader begins there. */
export function Screen(props: {
  readonly title: string;
  /** What is said above the heading, e.g. where in a row of steps. */
  readonly above?: string | undefined;
  readonly children: ComponentChildren;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = props.title;
    window.scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, [props.title]);
  return (
    <main>
      {props.above !== undefined && <p class="above">{props.above}</p>}
      <h1 ref={heading} tabIndex={-1}>
        {props.title}
      </h1>
      {props.children}
    </main>
  );
}

export function Button(props: {
  readonly onPress: () => void;
  readonly children: ComponentChildren;
  readonly kind?: 'main' | 'quiet' | 'link';
  readonly disabled?: boolean;
  readonly describedBy?: string;
}) {
  return (
    <button
      type="button"
      class={`button ${props.kind ?? 'main'}`}
      onClick={props.onPress}
      disabled={props.disabled ?? false}
      aria-describedby={props.describedBy}
    >
      {props.children}
    </button>
  );
}

/** A mistake or an outage: said at once by a screen reader. Nothing without a sentence. */
export function Alert({ text }: { readonly text: string | undefined }) {
  return <div role="alert">{text !== undefined && <p class="alert">{text}</p>}</div>;
}

export function Trouble({ error, onRetry }: { readonly error: TroubleShown; readonly onRetry?: () => void }) {
  const { words, zalo } = useApp();
  const { uri } = error;
  return (
    <div role="alert" class="alert">
      <p>{words.errors[error.code]}</p>
      {uri !== undefined && (
        <Button onPress={() => void openAddress(zalo, uri)}>{words.errors.openWeb}</Button>
      )}
      {onRetry !== undefined && (
        <Button kind="quiet" onPress={onRetry}>
          {words.frame.again}
        </Button>
      )}
    </div>
  );
}

async function openAddress(zalo: ReturnType<typeof useApp>['zalo'], uri: string): Promise<void> {
  if ((await openOutside(zalo, uri, false)) === undefined) location.assign(uri);
}

export function Field(props: {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly error?: string | undefined;
  readonly name?: string;
  readonly inputMode?: 'numeric' | 'tel' | 'text';
  readonly autoComplete?: string;
  readonly maxLength?: number;
  readonly isCode?: boolean;
  readonly isLong?: boolean;
}) {
  const id = useId();
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const { error } = props;
  // A mistake brings the cursor to where it is mended; of several, to the first.
  useEffect(() => {
    if (error !== undefined && document.querySelector('.input[aria-invalid=true]') === field.current)
      field.current?.focus();
  }, [error]);
  const shared = {
    id,
    ref: field,
    name: props.name ?? id,
    value: props.value,
    class: props.isCode === true ? 'input code' : 'input',
    autocomplete: props.autoComplete ?? 'off',
    'aria-invalid': error !== undefined,
    'aria-describedby': [props.hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`]
      .filter(Boolean)
      .join(' '),
    ...(props.maxLength === undefined ? {} : { maxLength: props.maxLength }),
    onInput: (event: { currentTarget: { value: string } }) => props.onInput(event.currentTarget.value),
  };
  return (
    <div class={error === undefined ? 'field' : 'field wrong'}>
      <label for={id}>{props.label}</label>
      {props.hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {props.hint}
        </p>
      )}
      {error !== undefined && (
        <p class="mistake" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
      {props.isLong === true ? (
        <textarea rows={4} {...shared} />
      ) : (
        <input type="text" inputMode={props.inputMode ?? 'text'} {...shared} />
      )}
    </div>
  );
}

/** A form whose button and Enter key do the same. */
export function Form(props: { readonly onSubmit: () => void; readonly children: ComponentChildren }) {
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        props.onSubmit();
      }}
    >
      {props.children}
    </form>
  );
}

export const Submit = (props: {
  readonly children: ComponentChildren;
  readonly disabled?: boolean;
  readonly kind?: 'main' | 'quiet';
}) => (
  <button type="submit" class={`button ${props.kind ?? 'main'}`} disabled={props.disabled ?? false}>
    {props.children}
  </button>
);

export function Facts({ rows }: { readonly rows: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {rows.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
