// English, for those who live here and do not read Vietnamese easily. Fetched when it is chosen.

import { enOwn } from './en-own.ts';
import { enSteps } from './en-steps.ts';
import type { Words } from './vi.ts';

export const en: Words = {
  frame: {
    app: 'Tây Ninh Smart',
    otherLanguage: 'Tiếng Việt',
    back: 'Back',
    home: 'To the first page',
    help: 'Need help? Call 1022',
    loading: 'Loading…',
    sending: 'Sending…',
    again: 'Try again',
    span: (minutes, seconds) =>
      [minutes > 0 && `${minutes} min`, (seconds > 0 || minutes === 0) && `${seconds} s`]
        .filter(Boolean)
        .join(' '),
  },
  home: {
    title: 'Utilities of the province',
    hello: (name) => `Hello ${name}`,
    signingIn: 'Signing in with Zalo…',
    signedIn: 'You are signed in with Zalo.',
    signIn: 'Sign in with Zalo',
    level: { 1: 'Tây Ninh ID level 1: identity not verified', 2: 'Tây Ninh ID level 2: identity verified' },
    until: (at) => `This verification is good until ${at}.`,
    known: 'Your identity is on record. When needed, you only verify again quickly.',
    now: 'Use now',
    nowText: 'Signing in with Zalo is enough.',
    verified: 'Needs your identity verified',
    verifiedText: 'We ask a little more to be sure it is you. About 3 minutes the first time.',
    open: 'Open to everybody',
    more: (count) => `See ${count} more, opening soon`,
    seeAll: (count) => `See ${count} utilities`,
    mine: 'Mine',
    links: {
      consents: 'My consents',
      reads: 'Who looked at my data',
      devices: 'My devices',
      requests: 'Requests from 1022',
      hotline: 'Link to hotline 1022',
      help: 'Help',
    },
  },
  underWay: {
    title: 'You were in the middle of:',
    text: 'The app has just been opened again. Press Go on to continue where you were.',
    goOn: 'Go on',
    stop: 'I do not want to go on',
    writeAgain: 'You are verified. The app was opened again, so please write below once more.',
    pressAgain: 'You are verified. Press the button below to go on.',
  },
  service: {
    does: 'What you can do',
    needs: { 1: 'Use now', 2: 'Needs your identity verified' },
    elsewhere: 'This utility is not open in the mini app yet.',
    elsewhereText: 'Once it is, you can do the following here.',
    portal: 'Open the national public service portal',
    openTitle: 'Open to everybody',
    portalText:
      'Administrative procedures are filed at the national public service portal. None of your data is sent there by us.',
    portalTitle: 'This is done at the national portal',
  },
  report: {
    title: 'Send a report',
    lead: 'Tell what happened and where. Hotline 1022 passes it to the right office.',
    place: 'Where it is',
    placeHint: 'For example: in front of Long Hoa market',
    what: 'What to report',
    whatHint: 'For example: the street light has been broken for three days',
    send: 'Send the report',
    done: 'Report sent',
    empty: 'Please write a few words here.',
  },
  dossier: {
    title: 'File a dossier',
    lead: 'Filing needs us to be sure it is you. The first time we ask a few steps more.',
    kind: 'Kind of dossier',
    kindHint: 'For example: confirmation of residence',
    what: 'Content',
    whatHint: 'Write briefly what you need',
    send: 'File the dossier',
    done: 'Dossier filed',
  },
  answer: {
    code: 'Code',
    state: 'State',
    keep: 'Keep this code. When you call 1022, read it out.',
    mine: 'Yours',
    none: 'Nothing here yet.',
    noConsent: 'This needs your permission to use your data. You refused it or took it back.',
    askAgain: 'Read and choose again',
  },
  help: {
    title: 'Help',
    call: 'Call 1022',
    callText: 'Hotline 1022 helps you step by step, in Vietnamese.',
    chat: 'Write to 1022 on Zalo',
    chatFailed: 'The chat could not be opened. Please call 1022.',
    questions: [
      {
        ask: 'Why verify my identity?',
        answer:
          'Some things only you may do, such as filing a dossier. Verifying keeps others from doing them in your name.',
      },
      {
        ask: 'What if I have no VNeID?',
        answer:
          'Scan your identity card, read its chip, or ask an officer at the one-stop counter of any commune.',
      },
      {
        ask: 'Who may see my data?',
        answer: 'Only offices you agreed to, or that the law allows. See Who looked at my data.',
      },
      {
        ask: 'Somebody calls and asks for a code?',
        answer: 'Hang up and call 1022. Officers never ask for your code.',
      },
    ],
  },
  errors: {
    title: 'Not done yet',
    declined: 'You stopped. Nothing was sent.',
    offline: 'Your phone has no network. When it is back, press Try again.',
    zalo_unavailable: 'Zalo is busy. Wait a moment, then press Try again.',
    busy: 'The system is busy. Wait a moment, then press Try again.',
    expired: 'It took too long. Press Try again to begin anew.',
    denied: 'This is not allowed. If in doubt, call 1022.',
    unmet: 'The conditions for this are not met. If in doubt, call 1022.',
    redirect_to_web: 'This is done on the Tây Ninh ID website. Press the button to open it.',
    unsupported: 'Zalo on this phone is too old. Please update Zalo and open it again.',
    protocol: 'A small fault on our side. Please press Try again.',
    openWeb: 'Open the Tây Ninh ID website',
  },
  ...enSteps,
  ...enOwn,
};
