// A broker and two demo services for one file of interoperability tests, and what a foreign library
// is registered with. The library does all of the protocol; ours is only the citizen at the browser.

import test from 'ava';
import type { JWK } from 'jose';
import { startDossier } from '../../sandbox/demo-services/dossier.ts';
import type { DemoService } from '../../sandbox/demo-services/serve.ts';
import { startReport } from '../../sandbox/demo-services/report.ts';
import { defaultAcrBase } from '../../policies/level.ts';
import { clientKey, portalClient, serviceClient, startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { DOSSIERS, REDIRECT, REPORTS } from '../support/rp.ts';

export type Ground = {
  readonly house: TestHouse;
  readonly dossier: DemoService;
  readonly report: DemoService;
  /** Registers a portal held to FAPI 2.0 and answers with its private key. */
  addPortal(clientId: string, redirectUri?: string): Promise<JWK & { kid: string }>;
  /** Registers a service as a client of introspection and feeds. */
  addService(clientId: string, serviceId: string): Promise<JWK & { kid: string }>;
};

/** Call it at the top of a test file; the ground is there when the first test runs. */
export function useGround(): { current(): Ground } {
  let ground: Ground | undefined;
  test.serial.before('the broker and two services are open', async () => {
    // The services of the catalogue know the levels by these names, wherever the broker stands.
    const environment = { TNID_ACR_BASE: defaultAcrBase.replace(/\/$/, '') };
    const house = await startHouse((await useDatabase()).url, { environment });
    const addService = async (clientId: string, serviceId: string) => {
      const key = await clientKey();
      await house.addClient(serviceClient(clientId, serviceId, key));
      return key.privateJwk;
    };
    const [dossierKey, reportKey] = await Promise.all([
      addService('hoso', DOSSIERS),
      addService('phananh', REPORTS),
    ]);
    const about = { issuer: house.issuer, feedIntervalMs: 500 };
    const [dossier, report] = await Promise.all([
      startDossier({ ...about, client: { clientId: 'hoso', privateKey: dossierKey } }),
      startReport({ ...about, client: { clientId: 'phananh', privateKey: reportKey } }),
    ]);
    ground = {
      house,
      dossier,
      report,
      addService,
      async addPortal(clientId, redirectUri = REDIRECT) {
        const key = await clientKey();
        await house.addClient(portalClient(clientId, redirectUri, key));
        return key.privateJwk;
      },
    };
  });
  test.after.always('the ground is closed', async () => {
    await Promise.all([ground?.dossier.stop(), ground?.report.stop()]);
    await ground?.house.stop();
  });
  return {
    current() {
      if (ground === undefined) throw new Error('the ground did not open');
      return ground;
    },
  };
}
