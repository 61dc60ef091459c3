// Vietnamese names: one form to store, one key to search by, one comparison. Contract identity-vn.md section 4.

export type NameComparison = 'same' | 'officer' | 'different';

// A syllable carries at most one of these (grave, acute, tilde, hook above, dot below). Circumflex,
// breve and horn are part of the letter and stay.
const TONE_MARKS = /[\u0300\u0301\u0303\u0309\u0323]/g;

/** The form to store and show: NFC, trimmed, single spaces. Never split: first and last token only guess at họ and tên. */
export function normaliseName(name: string): string {
  return name.normalize('NFC').trim().replace(/\s+/g, ' ');
}

/** Diacritics off, Đ as D, upper case. It finds people and proves nothing: many share one key. */
export function nameLookupKey(name: string): string {
  return (
    normaliseName(name)
      .normalize('NFD')
      .replace(/\p{Mn}/gu, '')
      // Ð and ð (eth) look like Đ and đ and come from some keyboards and old code pages.
      .replace(/[đĐðÐ]/g, 'D')
      // Names such as H'Hen are typed with three different apostrophes.
      .replace(/[’ʼ`]/g, "'")
      .toUpperCase()
  );
}

/**
 * `same` allows only for case, Unicode form and where the tone mark sits (hoà and hòa). `officer` means
 * a human must look: equal without diacritics, or i written for y. It is never taken for a match.
 */
export function compareNames(one: string, other: string): NameComparison {
  if (comparisonForm(one) === comparisonForm(other)) return 'same';
  const alike = (name: string) => nameLookupKey(name).replaceAll('Y', 'I');
  return alike(one) === alike(other) ? 'officer' : 'different';
}

/** Line 3 of a card's machine-readable zone for this name, cut at 30 characters as the card is. */
export function nameInMrz(name: string): string {
  const [surname = '', ...given] = nameLookupKey(name).replaceAll("'", '').split(' ');
  return `${surname}<<${given.join('<')}`.padEnd(30, '<').slice(0, 30);
}

function comparisonForm(name: string): string {
  return normaliseName(name).toLowerCase().split(' ').map(toneLast).join(' ');
}

// Moves the tone mark behind its syllable, so that it no longer matters which vowel carried it.
// More than one mark means this is no Vietnamese syllable: left as it is.
function toneLast(syllable: string): string {
  const parts = syllable.normalize('NFD');
  const tones = parts.match(TONE_MARKS) ?? [];
  return tones.length === 1 ? parts.replace(TONE_MARKS, '') + tones[0] : parts;
}
