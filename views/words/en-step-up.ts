import type { viStepUp } from './vi-step-up.ts';

export const enStepUp: typeof viStepUp = {
  brake: {
    title: 'Is somebody guiding you over the telephone?',
    lead: 'Please answer truthfully. This question protects you from fraud.',
    examples: [
      'Somebody called and says they are the police, an official or a bank.',
      'They tell you to press buttons, read out a code or install an app.',
    ],
    no: 'No, I am doing this myself',
    yes: 'Somebody is calling me',
    help: 'It is fine if family or an official sits beside you and helps. To ask, call 1022.',
    stopTitle: 'Please stop and hang up',
    stopText: 'Officials never call to make you do this. Hang up, then call 1022 to be sure.',
    stopHelp: 'Nothing has happened. When you want to do this yourself, start again.',
    leave: 'Stop',
  },
  elsewhere: {
    title: 'You already have another account',
    lead: 'Everybody has only one Tây Ninh ID account. If you have a new telephone or lost your old Zalo, you can move to this one.',
    notMine: 'You never had an account? Call 1022.',
    barred: 'You cannot move to this account by yourself. An officer at a one-stop counter will help you.',
    steps: [
      'Enter the code that we send to your telephone.',
      'We tell the old account and wait 24 hours.',
      'Then come back and verify once more. That is all.',
    ],
    move: 'Move to this account',
    counterTitle: 'You do not want to wait?',
    barredTitle: 'What to do',
    counter:
      'Bring your identity card to the one-stop counter of your commune. It is done at once. To find it: call 1022.',
    waitingTitle: 'Your wish has been noted',
    waiting: (at: string) => `Come back from ${at} and verify once more.`,
    waitingWhy: 'We have told the old account. The wait keeps others from taking your account.',
    leave: 'Stop',
    understood: 'I understand',
  },
};
