import { useApp } from '../frame.ts';
import { dayText } from '../language.ts';
import { readsSchema } from '../own.ts';
import { Screen } from '../parts.tsx';
import { Loaded, useRemote } from '../waiting.tsx';

/** Who used or looked at the citizen's data, by day. */
export function ReadsScreen() {
  const { words, session, lang } = useApp();
  const { reads } = words;
  const [remote, reload] = useRemote(() => session.own('/reads', readsSchema));
  return (
    <Screen title={reads.title}>
      <p>{reads.lead}</p>
      <Loaded remote={remote} onRetry={() => void reload()}>
        {({ days }) =>
          days.length === 0 ? (
            <p role="status">{reads.none}</p>
          ) : (
            <>
              {[...new Set(days.map(({ date }) => date))].map((date) => (
                <section key={date}>
                  <h2>{dayText(`${date.slice(0, 10)}T12:00:00+07:00`, lang)}</h2>
                  <ul class="plain history">
                    {days
                      .filter((day) => day.date === date)
                      .map(({ service, title, count, by }) => (
                        <li key={`${service} ${title} ${by ?? ''}`}>
                          <p>
                            <strong>{service}</strong>
                          </p>
                          <p>
                            {title}: {reads.times(count)}
                          </p>
                          {by !== undefined && by !== service && <p class="hint">{by}</p>}
                        </li>
                      ))}
                  </ul>
                </section>
              ))}
            </>
          )
        }
      </Loaded>
      <p class="told">{reads.wrong}</p>
    </Screen>
  );
}
