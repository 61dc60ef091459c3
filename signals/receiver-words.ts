// What a receiver says about an error is kept for the people who mend it. It is free text of another
// house: whatever could be a number or a token is taken out, and it is short.

const LONGEST = 200;

export function cleanWords(text: string | undefined): string | undefined {
  const clean = text
    ?.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
    .replaceAll(/[\w.+/=-]{20,}|\d[\d .-]{4,}\d/g, '…')
    .trim()
    .slice(0, LONGEST);
  return clean === '' ? undefined : clean;
}
