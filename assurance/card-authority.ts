// What a step-up asks of the authority behind the cards (C06, its RAR centre): whether this chip data
// belongs to a card that is in force, and, where it judges faces, to its holder. We process no
// biometrics ourselves. adapters/card-authority fulfils it; contract identity-vn.md section 8.

/** Raw files of a card's chip, as read. DG2 is passed on and hashed, never decoded or kept. */
export type CardFiles = {
  readonly sod: Buffer;
  readonly com?: Buffer | undefined;
  readonly dg1: Buffer;
  readonly dg2?: Buffer | undefined;
  readonly dg13?: Buffer | undefined;
  readonly dg14?: Buffer | undefined;
  readonly dg15?: Buffer | undefined;
};

/** `invalid`: lost, revoked, replaced or not a card of theirs. `unavailable`: outage or unreadable answer. */
export type AuthorityAnswer = {
  readonly status: 'valid' | 'invalid' | 'refused' | 'unavailable';
  readonly checkId: string;
  readonly time: Date;
  readonly organisation: string;
  /** The authority held the face in DG2 against the person who asks. Absent: it did not say so. */
  readonly holderChecked?: boolean;
};

export type CardAuthority = {
  /** Never throws for what the authority does. Fails closed. */
  check(request: { readonly files: CardFiles; readonly requestId: string }): Promise<AuthorityAnswer>;
};
