// Who answered. For a child from 7 to under 16 both do, for a younger one the representative alone
// (Luật 91/2025 Đ.24).

export type GivenBy =
  | { readonly role: 'self' }
  | {
      readonly role: 'legal_representative' | 'both';
      readonly guardianshipId: string;
      readonly representativeId: string;
    };

export const SELF: GivenBy = { role: 'self' };
