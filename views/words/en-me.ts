import type { viMe } from './vi-me.ts';

export const enMe: typeof viMe = {
  me: {
    problems: {
      invalid: {
        title: 'Invalid request',
        what: 'The app sent something in a wrong way. Close the app and open it again.',
      },
      stepUp: { title: 'One more step', what: 'Prove who you are first, then answer.' },
      unauthenticated: { title: 'Please sign in again', what: 'Close the app and open it again.' },
      forbidden: { title: 'This cannot be done here', what: 'Your account cannot do this.' },
      missing: { title: 'Not found', what: 'It is not there, or it is not yours.' },
      conflict: {
        title: 'Something has changed',
        what: 'It changed while you were looking. Open this page again, then try again.',
      },
      throttled: { title: 'That was too fast', what: 'Wait a minute, then try again.' },
      unavailable: {
        title: 'The system is busy',
        what: 'It cannot be done right now. Your information is safe. Try again in a few minutes.',
      },
      failed: {
        title: 'Something went wrong',
        what: 'It was not done. Try again; if it fails again, call 1022 and read out the reference.',
      },
    },
    here: 'Tây Ninh ID',
    unknownApp: 'an app that is no longer registered',
    officer: 'an officer at the one-stop counter',
    officerAt: (commune: string) => `an officer at the one-stop counter, ${commune}`,
    asked: 'Tây Ninh ID, while you were verifying',
    reads: {
      own: 'Opened your own records',
      token: 'Was told that it is you who uses this service',
      claims: (labels: readonly string[]) =>
        labels.length === 0
          ? 'Received information about you'
          : `Received information about you: ${labels.join(', ')}`,
      otherAction: 'Something else this service does',
      counter: 'Looked at your card and your details at the counter',
      vneid: 'Received your identity from VNeID',
      card: 'Compared your card with the population register',
      chip: 'Asked the issuing authority whether your card is still valid',
    },
    claims: {
      name: 'full name',
      birthdate: 'date of birth',
      gender: 'gender',
      phone_number: 'phone number',
      personal_number: 'personal number',
      personal_number_masked: 'personal number, partly hidden',
      age_over_16: 'whether 16 or older',
      age_over_18: 'whether 18 or older',
    },
  },
};
