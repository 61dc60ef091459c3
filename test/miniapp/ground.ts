// The real broker with two services behind it, and somebody in Zalo who answers every step by card.

import type { Challenge, Form, Zalo } from '../../packages/miniapp/miniapp.ts';
import { startDossier } from '../../sandbox/demo-services/dossier.ts';
import { startReport } from '../../sandbox/demo-services/report.ts';
import type { DemoService } from '../../sandbox/demo-services/serve.ts';
import type { Person } from '../../sandbox/citizen/people.ts';
import { newestCode } from '../../sandbox/citizen/sign-in.ts';
import { defaultAcrBase } from '../../policies/level.ts';
import { askedIn, meetInZalo, useMiniApp, zaloToken } from '../support/app-citizen.ts';
import { clientKey, serviceClient, startHouse, type TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ORIGINS } from '../support/launch.ts';
import { DOSSIERS, REPORTS } from '../support/rp.ts';

export type Ground = {
  readonly house: TestHouse;
  readonly dossier: DemoService;
  readonly report: DemoService;
  /** Service id → address, as an app of the sandbox is told. */
  readonly services: Readonly<Record<string, string>>;
  stop(): Promise<void>;
};

export async function startGround(): Promise<Ground> {
  // The services of the catalogue know the levels by these names, wherever the broker stands.
  const environment = { TNID_ACR_BASE: defaultAcrBase.replace(/\/$/, '') };
  const house = await startHouse((await useDatabase()).url, { environment });
  const open = async (clientId: string, audience: string, start: typeof startDossier) => {
    const key = await clientKey();
    await house.addClient(serviceClient(clientId, audience, key));
    const client = { clientId, privateKey: key.privateJwk };
    return start({ issuer: house.issuer, client, allowedOrigins: ORIGINS, feedIntervalMs: 500 });
  };
  const [dossier, report] = await Promise.all([
    open('hoso', DOSSIERS, startDossier),
    open('phananh', REPORTS, startReport),
  ]);
  await useMiniApp(house);
  return {
    house,
    dossier,
    report,
    services: { [DOSSIERS]: dossier.url, [REPORTS]: report.url },
    async stop() {
      await Promise.all([dossier.stop(), report.stop()]);
      await house.stop();
    },
  };
}

export const meet = async ({ house }: Ground): Promise<Person> => (await meetInZalo(house)).person;

/** Zalo as this person's phone answers: a token is kept until `login()`. */
export function zaloOf({ house }: Ground, person: Person): Zalo {
  const fresh = () => zaloToken(house, person, ['scope.userPhonenumber']);
  let kept: string | undefined;
  return {
    getAccessToken: () => Promise.resolve((kept ??= fresh().accessToken)),
    login: () => {
      kept = undefined;
      return Promise.resolve('Success');
    },
    getPhoneNumber: () => Promise.resolve({ token: fresh().phoneToken ?? '' }),
  };
}

/** The steps as somebody with an identity card and a phone answers them; `shown` gets each type. */
export function answersOf(
  ground: Ground,
  person: Person,
  shown: string[],
): (challenge: Challenge) => Promise<Form | null> {
  return async (challenge) => {
    shown.push(challenge.type);
    return reply(ground, person, challenge);
  };
}

async function reply({ house }: Ground, person: Person, challenge: Challenge): Promise<Form | null> {
  const { birthdate, personalNumber, name, phone } = person;
  switch (challenge.type) {
    case 'brake':
      return { step: 'brake', guided: 'no' };
    case 'choose':
      return { choice: 'card_register' };
    case 'card_register':
      return {
        card_number: personalNumber,
        card_name: name,
        card_birthdate: birthdate.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3'),
      };
    case 'phone':
      return { phone };
    case 'otp':
      return { otp: await newestCode(house.sms.url, phone) };
    case 'consent':
      return {
        consent: 'approve',
        consent_text_hash: challenge.text_hash,
        consent_purposes: askedIn(challenge.purposes).join(' '),
      };
    default:
      return null;
  }
}
