// The way to a token, one screen a step: what the act is, where in the row one stands, the step, and the
// ways out. Which step comes next is the broker's decision, not this file's.

import { Alert, Button, Screen } from './parts.tsx';
import { useApp } from './frame.ts';
import { Waiting } from './waiting.tsx';
import { BrakeStep } from './steps/brake-step.tsx';
import { BrowserStep } from './steps/browser-step.tsx';
import { CardStep } from './steps/card-step.tsx';
import { ChipStep } from './steps/chip-step.tsx';
import { ChooseStep } from './steps/choose-step.tsx';
import { CodeStep } from './steps/code-step.tsx';
import { ConsentStep } from './steps/consent-step.tsx';
import { CounterStep } from './steps/counter-step.tsx';
import { HoldStep } from './steps/hold-step.tsx';
import { PhoneStep, ZaloPhoneStep } from './steps/phone-step.tsx';
import { progressOf, type Reply, type Turn } from './steps/step.ts';
import type { Words } from './words/vi.ts';

export function Wizard(props: {
  readonly turn: Turn;
  /** An answer is on its way; the step stays on the screen. */
  readonly isBusy: boolean;
  readonly reply: (fields: Reply) => void;
}) {
  const { words } = useApp();
  const { turn, isBusy, reply } = props;
  const { challenge, step } = turn;
  const progress = progressOf(turn);
  const { trouble, transaction } = step;
  return (
    <Screen
      title={titleOf(turn, words)}
      above={progress && words.wizard.progress(progress.step, progress.steps)}
    >
      <Alert text={isBusy || trouble === undefined ? undefined : words.errors[trouble.code]} />
      {/* What an answer on its way must not be sent twice. */}
      <div class={isBusy ? 'busy' : ''} inert={isBusy}>
        {stepOf(turn, reply)}
      </div>
      {isBusy && <Waiting text={words.wizard.working} />}
      <footer class="ways-out">
        {canChooseAgain(challenge.type) && (
          <Button kind="quiet" onPress={() => reply({ step: 'choose' })} disabled={isBusy}>
            {words.wizard.other}
          </Button>
        )}
        <Button kind="link" onPress={() => reply(null)}>
          {words.wizard.stop}
        </Button>
        {transaction !== undefined && (
          <p class="act">
            {words.wizard.doing}: <strong>{transaction.display}</strong>. {words.wizard.transaction}{' '}
            <strong class="number">{transaction.code}</strong>
          </p>
        )}
      </footer>
    </Screen>
  );
}

function stepOf(
  { challenge, step, number: turn, isFirstTime, isResumed }: Turn,
  reply: (fields: Reply) => void,
) {
  const shared = { step, turn, reply };
  // A screen is built anew for another kind of step, and keeps what was typed while the same one repeats.
  switch (challenge.type) {
    case 'zalo_phone':
      return <ZaloPhoneStep challenge={challenge} {...shared} />;
    case 'brake':
      return <BrakeStep challenge={challenge} {...shared} />;
    case 'choose':
      return <ChooseStep challenge={challenge} isFirstTime={isFirstTime} {...shared} />;
    case 'card_register':
      return <CardStep challenge={challenge} {...shared} />;
    case 'cccd_nfc':
      return <ChipStep challenge={challenge} {...shared} />;
    case 'counter':
      return <CounterStep challenge={challenge} {...shared} />;
    case 'vneid_redirect':
    case 'passkey_web':
      return <BrowserStep key={challenge.type} challenge={challenge} isResumed={isResumed} {...shared} />;
    case 'phone':
      return <PhoneStep challenge={challenge} {...shared} />;
    case 'otp':
      return <CodeStep challenge={challenge} {...shared} />;
    case 'hold':
      return <HoldStep challenge={challenge} {...shared} />;
    case 'consent':
      return <ConsentStep key={challenge.text_hash} challenge={challenge} {...shared} />;
  }
}

function titleOf({ challenge }: Turn, words: Words): string {
  switch (challenge.type) {
    case 'zalo_phone':
      return words.zaloPhone.title;
    case 'brake':
      return words.brake.title;
    case 'choose':
      return words.choose.title[challenge.again === true ? 'again' : 'first'];
    case 'card_register':
      return words.card.title;
    case 'cccd_nfc':
      return words.chip.title;
    case 'counter':
      return challenge.user_code === undefined ? words.counter.there : words.counter.title;
    case 'vneid_redirect':
    case 'passkey_web':
      return words.browser.title[challenge.type];
    case 'phone':
      return words.phone.title;
    case 'otp':
      return words.code.title;
    case 'hold':
      return words.hold.title;
    case 'consent':
      return challenge.purposes.some(({ asked }) => asked) ? words.consent.title : words.consent.noticeTitle;
  }
}

// From every step of a chosen way there is a way back to the choice (protocol §6).
function canChooseAgain(type: Turn['challenge']['type']): boolean {
  return ['card_register', 'cccd_nfc', 'counter', 'vneid_redirect', 'passkey_web', 'otp', 'phone'].includes(
    type,
  );
}
