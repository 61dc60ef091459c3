import type { viChip } from './vi-chip.ts';

export const enChip: typeof viChip = {
  chip: {
    title: 'Read the chip of your identity card',
    lead: 'The chip shows that the card is genuine. Use your own card.',
    transaction: 'Transaction code',
    phoneTitle: 'A phone cannot read it here yet',
    phone: 'You need a card reader connected to a computer. Without one, press Choose another way.',
    readerTitle: 'With a card reader',
    steps: [
      'Put the card on the reader. It saves a file.',
      'Choose that file below.',
      'Press Send file and wait a few seconds.',
    ],
    file: 'File of the card reader',
    fileHint: 'Its name ends in .json. Each file works once.',
    privacy:
      'We take only the number, name, date of birth and expiry of the card. The file goes to the card issuer to ask whether the card is in force, and is then thrown away. The photo is not kept.',
    button: 'Send file',
    other: 'Choose another way',
    cancel: 'Stop',
    closed:
      'Choose another way, or take the card to the one-stop counter of your commune. Questions: call 1022.',
    errors: {
      no_file: 'There is no file yet. Choose the file of the card reader.',
      unreadable:
        'This file cannot be read, or parts are missing. Read the card again and send the new file.',
      not_authentic:
        'This file does not show that the card is genuine. Read the card again and send the new file.',
      expired: 'This card has expired and cannot be used here.',
      revoked: 'The issuer says that this card cannot be used for this now.',
      other_person: 'This card is not of the person who verified this account. Use your own card.',
      too_often: 'You have sent too many files today. Try again tomorrow.',
      unavailable:
        'The card issuer cannot be asked. Wait a few minutes, read the card again and send it again.',
    },
  },
};
