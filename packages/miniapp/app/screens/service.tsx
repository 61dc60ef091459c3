import type { Action, Service } from '../catalogue.ts';
import { useApp } from '../frame.ts';
import { Screen } from '../parts.tsx';
import { Waiting } from '../waiting.tsx';
import { formOf } from './action-forms.ts';

/** One utility: what can be done there and what each thing needs. */
export function ServiceScreen({ code }: { readonly code: string }) {
  const { words, lang, catalogue, config } = useApp();
  const service = catalogue?.services.find((one) => one.code === code);
  if (service === undefined) {
    return (
      <Screen title={words.frame.app}>
        <Waiting text={words.frame.loading} />
      </Screen>
    );
  }
  const isHere = config.services[code] !== undefined;
  const open = service.open ?? [];
  return (
    <Screen title={service.title[lang]}>
      {!isHere && (
        <div class="panel">
          <p>
            <strong>{words.service.elsewhere}</strong>
          </p>
          <p>{words.service.elsewhereText}</p>
        </div>
      )}
      {service.actions.length > 0 && <h2>{words.service.does}</h2>}
      <ul class="rows">
        {service.actions.map((action) => (
          <li key={action.action}>
            <ActionRow service={service} action={action} isHere={isHere} />
          </li>
        ))}
      </ul>
      {open.length > 0 && (
        <>
          <h2>{words.service.openTitle}</h2>
          <ul>
            {open.map((title) => (
              <li key={title.vi}>{title[lang]}</li>
            ))}
          </ul>
        </>
      )}
    </Screen>
  );
}

function ActionRow(props: { readonly service: Service; readonly action: Action; readonly isHere: boolean }) {
  const { words, lang } = useApp();
  const { action, isHere } = props;
  const inside = (
    <>
      <strong>{action.title[lang]}</strong>
      <span>
        {action.handover === 'national_portal' ? words.service.portal : words.service.needs[action.level]}
      </span>
    </>
  );
  // What this app has no form for is explained, not offered.
  return isHere && formOf(action) !== undefined ? (
    <a class="row" href={`#/viec/${action.action}`}>
      {inside}
    </a>
  ) : (
    <div class="row still">{inside}</div>
  );
}
