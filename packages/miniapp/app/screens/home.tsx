import { useEffect, useState } from 'preact/hooks';
import { findAction, groupOf, type Group, type Service } from '../catalogue.ts';
import { useApp } from '../frame.ts';
import { dayText, timeText } from '../language.ts';
import { Button, Screen, Trouble } from '../parts.tsx';
import { findUnderWay, forgetUnderWay } from '../under-way.ts';
import { Waiting } from '../waiting.tsx';

const groups: readonly Group[] = ['now', 'verified'];
const own = [
  ['requests', '/yeu-cau'],
  ['consents', '/dong-y'],
  ['reads', '/ai-xem'],
  ['devices', '/may'],
  ['hotline', '/tong-dai'],
  ['help', '/tro-giup'],
] as const;

/** What can be done, by what it needs. The list stands before anybody is signed in. */
export function HomeScreen() {
  const { words, catalogue, trouble, open, signIn } = useApp();
  const { home } = words;
  // After it was drawn. What a slow telephone waits for can be read in any browser's tools, and is tested.
  useEffect(() => {
    if (catalogue !== undefined) performance.mark('utilities');
  }, [catalogue]);
  if (signIn.state === 'left') return <LeftScreen />;
  const of = (group: Group) => (catalogue?.services ?? []).filter((one) => groupOf(one) === group);
  return (
    <Screen title={home.title}>
      <WhoIsHere />
      <UnderWay />
      {trouble !== undefined && <Trouble error={trouble} onRetry={() => void open()} />}
      {catalogue === undefined && trouble === undefined && <Waiting text={words.frame.loading} />}
      {groups.map((group) => (
        <ServiceGroup key={group} group={group} services={of(group)} />
      ))}
      {(catalogue !== undefined || trouble !== undefined) && (
        <section>
          <h2>{home.mine}</h2>
          <ul class="rows">
            {own.map(([name, path]) => (
              <li key={name}>
                <a class="row" href={`#${path}`}>
                  <strong>{home.links[name]}</strong>
                </a>
              </li>
            ))}
          </ul>
        </section>
      )}
      <ServiceGroup group="open" services={of('open')} />
    </Screen>
  );
}

/** What was being done when Zalo closed the app: the way on is the first thing on the screen. */
function UnderWay() {
  const { words, lang, catalogue, zalo } = useApp();
  const [name, setName] = useState(() => findUnderWay(zalo));
  const found = name === undefined ? undefined : findAction(catalogue, name);
  if (found === undefined) return null;
  const { action } = found;
  const forget = () => {
    forgetUnderWay(zalo);
    setName(undefined);
  };
  return (
    <section class="panel" aria-labelledby="under-way">
      <h2 id="under-way">
        {words.underWay.title} <span>{action.title[lang]}</span>
      </h2>
      <p>{words.underWay.text}</p>
      <a class="button main" href={`#/viec/${action.action}/tiep`}>
        {words.underWay.goOn}
      </a>
      <Button kind="link" onPress={forget}>
        {words.underWay.stop}
      </Button>
    </section>
  );
}

function WhoIsHere() {
  const { words, signIn, enter, lang, catalogue, trouble } = useApp();
  const { home } = words;
  if (signIn.state === 'entering' || (catalogue === undefined && trouble === undefined))
    return (
      <div class="who">
        <Waiting text={home.signingIn} />
      </div>
    );
  if (signIn.state === 'in') {
    const { name, level, valid_until: until, identity, notices = [] } = signIn.me;
    return (
      <div class="who" role="status">
        <p class="hello">{name ? home.hello(name) : home.signedIn}</p>
        <p class={level === 2 ? 'tag stands' : 'tag'}>{home.level[level]}</p>
        {until !== undefined && level === 2 && <p class="hint">{home.until(timeText(until, lang))}</p>}
        {identity !== undefined && level === 1 && <p class="hint">{home.known}</p>}
        {notices.map(({ at, title }) => (
          <p class="told" key={`${at} ${title}`}>
            {title} ({dayText(at, lang)})
          </p>
        ))}
      </div>
    );
  }
  if (signIn.state === 'out' && signIn.trouble !== undefined) {
    return (
      <div class="who">
        <Trouble error={signIn.trouble} onRetry={() => void enter()} />
      </div>
    );
  }
  return null;
}

// What can be done in this app stands open; the rest of the catalogue is one press away.
function ServiceGroup({ group, services }: { readonly group: Group; readonly services: readonly Service[] }) {
  const { words, config } = useApp();
  const { home } = words;
  if (services.length === 0) return null;
  const isHere = ({ code }: Service) => config.services[code] !== undefined;
  const others = services.filter((one) => !isHere(one));
  return (
    <section>
      <h2>{{ now: home.now, verified: home.verified, open: home.open }[group]}</h2>
      {group !== 'open' && <p class="hint">{group === 'now' ? home.nowText : home.verifiedText}</p>}
      <ServiceRows services={services.filter(isHere)} />
      {others.length > 0 && (
        <details class="fold">
          <summary>{(group === 'open' ? home.seeAll : home.more)(others.length)}</summary>
          <ServiceRows services={others} />
        </details>
      )}
    </section>
  );
}

function ServiceRows({ services }: { readonly services: readonly Service[] }) {
  const { lang } = useApp();
  return (
    <ul class="rows">
      {services.map((service) => (
        <li key={service.id}>
          <a class="row" href={`#/tien-ich/${service.code}`}>
            <strong>{service.title[lang]}</strong>
            {service.actions.length > 0 && <span>{whatFor(service, lang)}</span>}
          </a>
        </li>
      ))}
    </ul>
  );
}

const whatFor = ({ actions }: Service, lang: 'vi' | 'en') =>
  actions
    .slice(0, 3)
    .map(({ title }) => title[lang])
    .join(' · ');

function LeftScreen() {
  const { words, open } = useApp();
  const { devices } = words;
  return (
    <Screen title={devices.signedOutTitle}>
      <p>{devices.signedOutText}</p>
      <Button onPress={() => void open()}>{words.home.signIn}</Button>
    </Screen>
  );
}
