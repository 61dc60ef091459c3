// What a browser sends back from a passkey ceremony, as text in a form. Bounded and typed here,
// before any of it is decoded.

import { z } from 'zod';

const base64url = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[A-Za-z0-9_-]+$/);

const shared = {
  id: base64url(1_400), // credential ids have at most 1023 bytes (WebAuthn 3, 4)
  rawId: base64url(1_400),
  type: z.literal('public-key'),
};
const registration = z.object({
  ...shared,
  response: z.object({
    clientDataJSON: base64url(4_096),
    attestationObject: base64url(8_192),
    transports: z.array(z.string().regex(/^[a-z-]{1,20}$/)).max(8).default([]),
  }),
}); // prettier-ignore
const authentication = z.object({
  ...shared,
  response: z.object({
    clientDataJSON: base64url(4_096),
    authenticatorData: base64url(4_096),
    signature: base64url(2_048),
    userHandle: base64url(100).nullish(),
  }),
});
const clientData = z.object({ challenge: base64url(200), crossOrigin: z.boolean().optional() });

export type RegistrationAnswer = z.infer<typeof registration>;
export type AuthenticationAnswer = z.infer<typeof authentication>;

/** Undefined for anything that no browser sends. */
export const readRegistration = (text: string) => read(text, registration);
export const readAuthentication = (text: string) => read(text, authentication);

function read<T extends { response: { clientDataJSON: string } }>(text: string, shape: z.ZodType<T>) {
  const answer = shape.safeParse(parsed(text));
  if (!answer.success) return undefined;
  const said = clientData.safeParse(
    parsed(Buffer.from(answer.data.response.clientDataJSON, 'base64url').toString('utf8')),
  );
  // An answer made inside a frame of another site is nobody's free choice.
  if (!said.success || said.data.crossOrigin === true) return undefined;
  return { answer: answer.data, challenge: said.data.challenge };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
