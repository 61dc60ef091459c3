import { enAccount } from './en-account.ts';
import { enGuardian } from './en-guardian.ts';
import { enCounter } from './en-counter.ts';
import { enBrowserLeg } from './en-browser-leg.ts';
import { enCard } from './en-card.ts';
import { enChip } from './en-chip.ts';
import { enCatalogue } from './en-catalogue.ts';
import { enHotline } from './en-hotline.ts';
import { enMe } from './en-me.ts';
import { enSafety } from './en-safety.ts';
import { enOwner } from './en-owner.ts';
import { enPasskeys } from './en-passkeys.ts';
import { enStepUp } from './en-step-up.ts';
import type { Words } from './vi.ts';

export const en: Words = {
  frame: {
    product: 'Tây Ninh ID',
    province: 'Tây Ninh Province',
    skip: 'Skip to the content',
    otherLanguage: 'Tiếng Việt',
    help: 'Need help? Call 1022',
    procedures: 'Administrative procedures are handed over to the National Public Service Portal.',
    demo: 'Trial version. All people and numbers here are made up.',
    titleWithError: (title: string) => `Error: ${title}`,
    summaryTitle: 'You cannot continue yet',
  },
  welcome: {
    title: 'One account for the services of the province',
    lead: 'Your Tây Ninh ID account lets you use the services of Tây Ninh Province through Zalo. There is no new password to remember.',
    account: 'See my records',
    services: 'See the services of the province',
    levelsTitle: 'Two account levels',
    levelOne: 'Tây Ninh ID level 1: identity not verified',
    levelOneText:
      'You sign in with Zalo. Enough to ask a question, book an appointment, or have the 1022 hotline call you back.',
    levelTwo: 'Tây Ninh ID level 2: identity verified',
    levelTwoText:
      'You take one more verification step. Needed for what only you may see, such as your files and receipts.',
    controlTitle: 'You decide about your information',
    controlText: [
      'Before we ask you, we say which office uses what information, and what for.',
      'Whatever you agreed to, you can withdraw at any time.',
      'You get a receipt each time you agree or withdraw.',
    ],
  },
  login: {
    title: (client: string) => `Sign in to ${client}`,
    lead: 'Press the button below. Zalo asks you once, then brings you back here.',
    button: 'Sign in with Zalo',
    readsTitle: 'Tây Ninh ID reads from Zalo only',
    reads: ['your Zalo account number', 'your display name', 'your picture'],
    readsNot: 'We do not read your messages or your contacts.',
    cancel: 'Do not continue',
    errors: {
      declined: 'You have not allowed this in Zalo. To go on, press Sign in with Zalo again.',
      failed: 'Zalo did not answer correctly. Please press Sign in with Zalo again.',
      unavailable: 'Zalo is busy. Please wait a few minutes and press again.',
      expired: 'The waiting time is over. Please press Sign in with Zalo again.',
    },
  },
  stepUp: {
    title: { first: 'One more verification step', again: 'Please verify again' },
    lead: {
      first: 'Only you may do this. Please let us make sure that it is really you.',
      again: 'Your last verification was some time ago. Please verify again so that we know it is you.',
    },
    verifiedUntil: (at: string) => `Your last verification was valid until ${at}.`,
    aboutToDo: (client: string) => `You are about to do this in ${client}`,
    ownPage: 'Open the private part of My records',
    transaction: 'Transaction code',
    person: 'Account',
    choose: 'Choose how to verify',
    other: 'Choose another way',
    none: 'There is no way you can use here for this yet. Please bring your identity card to a one-stop counter, or call 1022.',
    methods: {
      vneid: {
        button: 'Verify with VNeID',
        text: 'You go to the VNeID page. When you are done, it brings you back here.',
      },
      chip: {
        button: 'Read the chip of your identity card',
        text: 'You need a card reader. A phone cannot read it here yet.',
      },
      card: {
        button: 'Type the number on your identity card',
        text: 'No VNeID needed. Have your card at hand.',
      },
      counter: {
        button: 'Ask an officer at the one-stop counter',
        text: 'Bring your identity card to the counter. Family may come along and help.',
      },
      passkey: {
        button: 'Use a passkey',
        text: 'Your fingerprint, your face or the code that unlocks this device.',
      },
      otp: {
        button: 'Get a code by text message',
        text: 'A code of 6 digits, sent to your phone number.',
      },
    },
    cancel: 'Stop',
    errors: {
      declined: 'You did not allow it in VNeID. To go on, press the VNeID button again.',
      failed: 'VNeID did not answer correctly. Please press the VNeID button again.',
      not_enough: 'This VNeID account is not enough. A level 2 VNeID account of your own is needed.',
      unavailable: 'VNeID is busy. Please wait a few minutes and press again.',
      expired: 'It took too long. Please press the VNeID button again.',
      other_person:
        'This account belongs to somebody other than the person just verified. If that is a mistake, go to a one-stop counter or call 1022.',
      passkey_stopped:
        'That passkey no longer works here: it looks as if it was copied. Choose another way. If you are worried, call 1022.',
    },
  },
  scam: {
    title: 'Is somebody guiding you over the phone?',
    text: 'If a caller tells you what to press, stop and call 1022. Officials never ask for your code or password.',
  },
  phone: {
    title: 'Phone number for the code',
    lead: 'Step one is done. Step two: we send a code of 6 digits to your phone.',
    label: 'Your mobile phone number',
    hint: 'For example: 0912 345 678',
    button: 'Send me the code',
    cancel: 'Stop',
    suggestion: (number: string) => `Is your new number ${number}?`,
    errors: {
      empty: 'Enter your phone number.',
      not_a_number: 'Enter digits only, for example 0912 345 678.',
      not_vietnam: 'Enter a Vietnamese mobile phone number.',
      wrong_length: 'A mobile phone number has 10 digits. Please check it.',
      fixed_line: 'This is a landline. Enter a mobile phone number.',
      special_number: 'This is a hotline number. Enter your own mobile phone number.',
      old_eleven_digit_mobile: 'This is an old number of 11 digits. Enter the new number of 10 digits.',
      not_mobile: 'This is not a mobile phone number. Please check it.',
      sent_too_often: 'Too many codes were sent to this number. Please wait and try again.',
      too_soon: 'A code was sent just now. Please wait a few minutes and press again.',
      unavailable: 'The message could not be sent. Please wait a few minutes and try again.',
    },
  },
  code: {
    title: 'Enter the code of 6 digits',
    deadTitle: 'A new code is needed',
    stoppedTitle: 'No more codes',
    sentTo: 'Sent to number',
    sentByZalo: 'Sent through Zalo to number',
    purpose: 'What it is for',
    transaction: 'Transaction code',
    label: (length: number) => `The ${length} digits in the message`,
    until: (time: string) => `The code works until ${time}.`,
    attempts: (left: number) => `Attempts left: ${left}.`,
    keep: 'Do not give this code to anybody.',
    keepText:
      'Not even to people who say they are officials, police or a bank. If somebody asks for it, call 1022.',
    button: 'Confirm',
    noMessage: 'No message yet? A number gets only a few codes in an hour.',
    zaloText: 'The SMS has not reached your phone. You can get the code through Zalo on this number.',
    zalo: 'Get the code through Zalo',
    otherNumberText: 'Is the phone number wrong?',
    otherNumber: 'Correct the phone number',
    resendFrom: (time: string) => `You can send it again from ${time}.`,
    resend: 'Send the code again',
    last: 'This is the last code for this.',
    noMore: 'No more codes can be sent for this. Please stop and start again.',
    cancel: 'Stop',
    errors: {
      wrong: (attempts: number) => `The code is not right. Attempts left: ${attempts}.`,
      expired: () => 'The code has expired. Please ask for a new one.',
      used_up: () => 'The code was entered wrongly too often. Please ask for a new one.',
      sent_too_often: () => 'A code has just been sent. Please wait a little before sending again.',
      unavailable: () => 'The message could not be sent. Please wait a few minutes and send again.',
      disabled: () =>
        'Codes to your phone are blocked because too many wrong ones were entered. Please verify again with VNeID, with the chip of your identity card, or at the one-stop counter.',
    },
  },
  consent: {
    title: 'May your information be used?',
    lead: 'Please read and choose for each item. You can change your mind at any time in My records.',
    noticeOnlyTitle: 'How your information is used',
    noticeOnlyLead:
      'This is done under the law, so there is nothing to choose. Please read it for your information.',
    service: 'Service',
    owner: 'Office',
    client: 'You come from',
    data: 'Information used',
    noData: 'No personal information',
    sensitive: 'sensitive',
    sensitiveNote:
      'Information marked “sensitive” has stronger protection by law. Please consider before choosing.',
    retention: 'How long it is kept',
    recipients: 'Who receives it',
    needed: 'If you do not agree, this cannot be used.',
    optional: 'You can refuse this. Everything else still works.',
    current: { given: 'At present you agree.', refused: 'You did not agree before.' },
    choice: 'Your choice',
    yes: 'I agree',
    no: 'I do not agree',
    lawTag: 'Under the law',
    lawText: 'This is done under the law, so there is nothing to choose. To complain or comment, call 1022.',
    lawRef: 'Legal basis',
    rightsTitle: 'Your rights',
    rights: 'You have the right to see, correct and delete your information, to withdraw and to complain.',
    rightsLink: 'Read all of your rights',
    notice: (version: string) => `Notice version ${version}`,
    submit: 'Send my choices',
    acknowledge: 'Continue',
    cancel: 'Stop, send nothing',
    errors: {
      unanswered: 'Choose I agree or I do not agree for each item.',
      unansweredOne: (title: string) => `Not chosen yet: ${title}`,
      changed: 'The text has just been updated. Please read it and choose again.',
    },
  },
  ...enAccount,
  ...enGuardian,
  ...enCounter,
  ...enBrowserLeg,
  ...enCard,
  ...enChip,
  ...enCatalogue,
  ...enSafety,
  ...enHotline,
  ...enMe,
  ...enOwner,
  ...enStepUp,
  ...enPasskeys,
};
