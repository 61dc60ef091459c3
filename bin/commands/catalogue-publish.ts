// Proposing and publishing a catalogue. Approving is not done here: it takes a person who has signed
// in (/can-bo/danh-muc).

import { Command } from 'commander';
import { APPROVALS_NEEDED } from '../../catalogue/approve.ts';
import type { Change } from '../../catalogue/change.ts';
import { loadCatalogue } from '../../catalogue/load.ts';
import { listProposals, proposeCatalogue, type CatalogueHouse } from '../../catalogue/propose.ts';
import { getProposalNamed, publishProposal } from '../../catalogue/publish.ts';
import { listHistory } from '../../catalogue/published.ts';
import { purposeLedger } from '../../consent/publish.ts';
import { Refusal } from '../../errors.ts';
import { table, withDatabase, withKeys } from './ground.ts';
import { operatorId, operatorOption } from './operator.ts';

const ours = new URL('../../policies/services', import.meta.url).pathname;

/** `tnid catalogue propose`, `proposals`, `publish`, `history`. */
export const publishingCommands = (): Command[] => [
  proposeCommand(),
  proposalsCommand(),
  publishCommand(),
  historyCommand(),
];

const proposeCommand = () =>
  new Command('propose')
    .argument('[folder]', 'files of the catalogue', ours)
    .description('check the files, compare them with what is published, and keep them as a proposal')
    .addOption(operatorOption())
    .action(async (folder: string, { operator }: { operator: string }) => {
      const catalogue = await loadCatalogue(folder);
      const proposed = await withHouse(async (house) =>
        proposeCatalogue(house, { catalogue, operatorId: await operatorId(house.db, operator) }, new Date()),
      );
      tell(proposed.changes.map(lineOf));
      tell([`${proposed.direction}: ${proposed.version} ${proposed.sha256}`]);
      const next = `tnid catalogue publish ${proposed.sha256.slice(0, 12)} --operator ${operator}`;
      tell([
        ...(proposed.known ? ['this proposal was open before, with its approvals'] : []),
        proposed.direction === 'weaker'
          ? `${APPROVALS_NEEDED} approvers have to agree at /can-bo/danh-muc within 30 days; then: ${next}`
          : `nothing is loosened; now: ${next}`,
      ]);
    });

const proposalsCommand = () =>
  new Command('proposals').description('what waits, and what became of earlier ones').action(async () => {
    const rows = (await withDatabase((db) => listProposals(db, new Date()))).map((one) => [
      one.version,
      one.sha256.slice(0, 12),
      one.direction,
      one.state,
      String(one.approvals),
      one.proposedBy,
      one.proposedAt.toISOString(),
    ]);
    tell([table(['version', 'hash', 'direction', 'state', 'approvals', 'by', 'at'], rows)]);
  });

const publishCommand = () =>
  new Command('publish')
    .argument('<proposal>', 'version (cat-2026-11-22#ab12), or the first 8 and more digits of its hash')
    .description('put a proposal in force; a weaker one needs two approvals made for exactly this change')
    .addOption(operatorOption())
    .action(async (name: string, { operator }: { operator: string }) => {
      const done = await withHouse(async (house) => {
        const by = await operatorId(house.db, operator);
        const { id } = await getProposalNamed(house.db, name);
        return publishProposal(house, { id, operatorId: by }, new Date());
      });
      switch (done.outcome) {
        case 'published':
          return tell([`${done.version} is published as number ${done.number} (${done.direction}); running brokers follow within a second`]); // prettier-ignore
        case 'waits':
          throw new Refusal('forbidden', `a weaker catalogue needs ${APPROVALS_NEEDED} approvals, this one has ${done.approvals}`); // prettier-ignore
        case 'ended':
          throw new Refusal('conflict', 'this proposal has ended: see `tnid catalogue proposals`');
        case 'lapsed':
          throw new Refusal('conflict', 'this proposal is too old, or was made for another base or release: propose again'); // prettier-ignore
      }
    });

const historyCommand = () =>
  new Command('history').description('every version that was published, newest first').action(async () => {
    const rows = (await withDatabase((db) => listHistory(db))).map((one) => [
      String(one.number),
      one.version,
      one.sha256,
      one.direction,
      one.approvedBy.join(', '),
      one.publishedAt.toISOString(),
    ]);
    tell([table(['', 'version', 'hash', 'direction', 'approved by', 'at'], rows)]);
  });

const withHouse = <T>(work: (house: CatalogueHouse) => Promise<T>): Promise<T> =>
  withKeys((db, _envelope, origin) => work({ db, origin, purposes: purposeLedger }));

const lineOf = ({ direction, where, what }: Change): string => `${direction.padEnd(8)}  ${where}: ${what}`;

function tell(lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}
