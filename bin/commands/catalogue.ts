import { Command } from 'commander';
import { compileCatalogue } from '../../catalogue/catalogue.ts';
import { diffCatalogues } from '../../catalogue/diff.ts';
import { checkCatalogue, loadCatalogue } from '../../catalogue/load.ts';
import { formatProblems } from '../../catalogue/read.ts';
import { Refusal } from '../../errors.ts';
import { table } from './ground.ts';

const ours = new URL('../../policies/services', import.meta.url).pathname;

export function catalogueCommand(): Command {
  const catalogue = new Command('catalogue').description('who may do what at which level');
  catalogue
    .command('lint [folder]')
    .description('check every rule; names each problem as file:line')
    .action(async (folder: string = ours) => {
      const { files, problems } = await checkCatalogue(folder);
      if (problems.length > 0) throw new Refusal('invalid', formatProblems(problems));
      process.stdout.write(
        `${compileCatalogue(files.map(({ content }) => content)).version}: no problems in ${files.length} files\n`,
      );
    });
  catalogue
    .command('list [folder]')
    .description('every action with what it requires')
    .action(async (folder: string = ours) => {
      const { content, version } = await loadCatalogue(folder);
      const rows = content.actions.map(({ action, require, risk, handover, title }) => [
        action,
        String(require.level),
        require.maxAge === undefined ? '' : `${require.maxAge} s`,
        require.consent?.purpose ?? '',
        risk,
        handover,
        title.vi,
      ]);
      process.stdout.write(
        `${version}\n${table(['action', 'level', 'age', 'consent', 'risk', 'handover', 'title'], rows)}\n`,
      );
    });
  catalogue
    .command('diff <before> [after]')
    .description('weaker, stronger or neutral; exit code 1 when anything is weaker')
    .action(async (before: string, after: string = ours) => {
      const { direction, changes } = diffCatalogues(await loadCatalogue(before), await loadCatalogue(after));
      for (const change of changes) process.stdout.write(`${JSON.stringify(change)}\n`);
      process.stdout.write(`${direction}\n`);
      if (direction === 'weaker') throw new Refusal('forbidden', 'a weaker catalogue needs two approvals');
    });
  return catalogue;
}
