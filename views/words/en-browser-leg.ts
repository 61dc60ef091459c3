import type { viBrowserLeg } from './vi-browser-leg.ts';

export const enBrowserLeg: typeof viBrowserLeg = {
  legAsk: {
    title: 'Are you verifying yourself in Zalo?',
    lead: 'Go on only if you yourself have just pressed verify in the mini app inside Zalo.',
    person: 'Account',
    nameless: 'A new account without a name',
    phone: 'Phone number',
    noPhone: 'None yet',
    purpose: 'What will be done',
    code: 'Transaction code',
    codeHint: 'It must be the same as the code shown in Zalo.',
    warnTitle: 'Did somebody send you this link?',
    warnText:
      'Press “This is not me”. Nobody may send you this link, not even an officer. To ask, call 1022.',
    yes: 'I am doing this',
    no: 'This is not me',
  },
  legVneid: {
    title: 'Not verified yet',
    again: 'Try VNeID again',
    toApp: 'To choose another way, go back to Zalo.',
    ready: 'Continue with VNeID',
    readyText: 'Press the button below to go to VNeID.',
    readyTitle: 'Verify with VNeID',
    errors: {
      declined: 'You did not give permission at VNeID. To go on, press Try VNeID again.',
      failed: 'VNeID did not answer correctly. Press Try VNeID again.',
      not_enough: 'This VNeID account is not enough. It takes a level 2 VNeID account of your own.',
      unavailable: 'VNeID is busy. Wait a moment, then press Try VNeID again.',
      expired: 'That took too long. Press Try VNeID again.',
    },
  },
  legPasskey: {
    title: 'Use your passkey',
    lead: 'This device will ask for your fingerprint, your face or its screen lock.',
    button: 'Unlock',
    toApp: 'The passkey does not work here? Go back to Zalo and choose another way.',
    errors: {
      expired: 'That took too long. Press Unlock again.',
      unknown: 'This passkey does not belong to the account being verified. Use your own.',
      suspect: 'This passkey has been stopped, because it seems to have been copied. Go back to Zalo and choose another way.', // prettier-ignore
    },
  },
  legCode: {
    title: 'Type this code in Zalo',
    lead: 'You are done here. One step is left in Zalo.',
    codeTitle: 'Completion code',
    until: (time) => `The code can be used until ${time}.`,
    stepsTitle: 'What to do next',
    steps: [
      'Remember or copy the 8 digits above.',
      'Open Tây Ninh Smart in Zalo again. If it says “You were in the middle of”, press Go on.',
      'Type the 8 digits into the field that is waiting.',
    ],
    warnTitle: 'Do not read this code to anybody',
    warnText:
      'Whoever has this code can act in your place. An officer never asks for it. If somebody is calling you and asks for it, hang up and call 1022.',
    back: 'Back to Zalo',
  },
  legEnd: {
    back: 'Back to Zalo',
    declinedTitle: 'Stopped',
    declinedText: 'This link can no longer be used. Nothing has happened to you.',
    declinedNext: 'If somebody sent you this link, call 1022 and tell them.',
    otherTitle: 'Not possible for this account',
    otherText:
      'This account belongs to somebody else than the person just verified. If this is a mistake, please go to a one-stop counter or call 1022.',
    endedTitle: 'This link can no longer be used',
    endedText: 'Each link works once, in one browser, for 5 minutes.',
    endedNext: 'Go back to Zalo and ask for a new link.',
    endedHelp: 'Did somebody send you this link? Do not follow it, call 1022.',
  },
  backToApp: {
    title: 'This part is done',
    lead: 'Go back to Zalo to continue. You can close this page.',
    back: 'Back to Zalo',
    help: 'Nothing new in Zalo? Press there again what you were doing. For help, call 1022.',
  },
};
