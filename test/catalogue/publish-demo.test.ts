import test from 'ava';
import { publishChangedFiles } from '../../bin/demo-catalogue.ts';
import { DEMO_OPERATOR, inviteApprovers } from '../../bin/demo-officers.ts';
import { loadCatalogue } from '../../catalogue/load.ts';
import { proposeCatalogue } from '../../catalogue/propose.ts';
import { openPublished, publishProposal } from '../../catalogue/publish.ts';
import { findPublished, listHistory } from '../../catalogue/published.ts';
import { openDatabase } from '../../database.ts';
import { findStaff } from '../../staff/store.ts';
import { after, NOW, ORIGIN } from '../support/domain.ts';
import { useDatabase } from '../support/database.ts';
import { servicesFolder } from './files.ts';
import { houseOn, stronger } from './publishing.ts';

let url: string;
test.before(async () => {
  ({ url } = await useDatabase());
});

test('bin/demo publishes changed files as an operator and two approvers, and only then', async (t) => {
  const db = openDatabase(url, { maxConnections: 2 });
  const issuer = `https://${ORIGIN}`;
  const people = await inviteApprovers(db, issuer, NOW);
  t.is(people.length, 2);
  await publishChangedFiles(db, issuer, NOW);
  t.is(await findPublished(db), undefined, 'the first catalogue is published by the broker');

  const house = houseOn(db);
  const files = await loadCatalogue(servicesFolder);
  await openPublished(house, servicesFolder, NOW);
  await publishChangedFiles(db, issuer, after(60));
  t.is((await listHistory(db)).length, 1, 'nothing has changed');

  const operatorId = (await findStaff(db, DEMO_OPERATOR))?.id ?? '';
  const { id } = await proposeCatalogue(house, { catalogue: stronger(files), operatorId }, after(120));
  await publishProposal(house, { id, operatorId }, after(120));
  for (const seconds of [180, 240]) {
    await inviteApprovers(db, issuer, after(seconds));
    await publishChangedFiles(db, issuer, after(seconds));
  }
  const history = await listHistory(db);
  t.is(history.length, 3);
  t.like(history[0], { direction: 'weaker', sha256: files.sha256 });
  t.is(history[0]?.approvedBy.length, 2);
  await db.close();
});
