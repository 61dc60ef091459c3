// What a step-up asks of the population register (CSDLQG về dân cư through the provincial exchange).
// adapters/civil-register fulfils it; contract identity-vn.md section 2.

export type RegisterRequest = {
  /** UUIDv7, names the request at the register (MaYeuCau). */
  readonly requestId: string;
  /** 12 ASCII digits. */
  readonly personalNumber: string;
  /** Display form, NFC. */
  readonly name: string;
  /** ISO date, or the year alone. */
  readonly birthdate: string;
  /** A declared procedure is part of every request: the register is no free oracle. */
  readonly purpose: {
    readonly serviceCode: string;
    readonly integrationCode: string;
    readonly legalBasis: string;
    readonly legalBasisRef: string;
  };
  readonly actor: { readonly kind: 'officer' | 'system'; readonly code: string };
};

type Answered = { readonly checkId: string; readonly checkedAt: Date; readonly organisation: string };

/**
 * `match`: one person, number equal, name and birth date agree; `person` is how the register writes
 * them, for the officer and the binding, never for a log. `mismatched` stays inside the house.
 * `refused`: no purpose, quota or right, an alarm. `unavailable`: outage, fault, unreadable, or more
 * than one person.
 */
export type RegisterAnswer =
  | (Answered & {
      readonly status: 'match';
      readonly person: { readonly name: string; readonly birthdate: string };
      readonly residence?: {
        readonly provinceCode: string;
        readonly communeCode: string;
        readonly codeSystem: 'QD124-2004' | 'QD19-2025';
      };
    })
  | (Answered & { readonly status: 'mismatch'; readonly mismatched: readonly ('name' | 'birthdate')[] })
  | (Answered & { readonly status: 'not_found' | 'superseded' })
  | (Answered & { readonly status: 'refused' | 'unavailable'; readonly reason: string });

/** Under which terms this house asks, from its configuration. An officer's code takes the actor's place. */
export type RegisterTerms = {
  readonly purpose: RegisterRequest['purpose'];
  readonly actor: RegisterRequest['actor'];
  /** Whether a match counts for level 2 by itself (contract section 11, configuration switch). */
  readonly matchCounts: boolean;
};

export type PopulationRegister = {
  /** Never throws for what the register does: outages are `unavailable`. Fails closed. */
  match(request: RegisterRequest): Promise<RegisterAnswer>;
};
