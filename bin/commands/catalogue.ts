import { Command, InvalidArgumentError, Option } from 'commander';
import { compileCatalogue, type ServiceFacts } from '../../catalogue/catalogue.ts';
import { diffCatalogues } from '../../catalogue/diff.ts';
import { serviceFileJsonSchema } from '../../catalogue/json-schema.ts';
import { checkCatalogue, loadCatalogue } from '../../catalogue/load.ts';
import { formatProblems } from '../../catalogue/read.ts';
import { Refusal } from '../../errors.ts';
import { explainAction, possibleFor, waysToLevel2 } from '../../policies/explain.ts';
import type { Person } from '../../policies/explain.ts';
import { publishingCommands } from './catalogue-publish.ts';
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
      const rows = content.actions.map(({ action, require, risk, handover, area, title }) => [
        action,
        String(require.level),
        require.maxAge === undefined ? '' : `${require.maxAge} s`,
        require.consent?.purpose ?? '',
        risk,
        handover,
        area ?? '',
        title.vi,
      ]);
      const open = openOffers(content.services).map(({ code, title }) => [code, '', '', '', '', 'public', '', title.vi]); // prettier-ignore
      const head = ['action', 'level', 'age', 'consent', 'risk', 'handover', 'area', 'title'];
      process.stdout.write(`${version}\n${table(head, [...rows, ...open])}\n`);
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
  catalogue
    .command('explain <action> [folder]')
    .description('what an action asks, in sentences')
    .option('--en', 'in English')
    .action(async (name: string, folder: string = ours, { en }: { en?: boolean }) => {
      const { actionByName, serviceById } = await loadCatalogue(folder);
      const action = actionByName.get(name);
      const service = serviceById.get(action?.service ?? '');
      if (action === undefined || service === undefined)
        throw new Refusal('missing', `no action ${name}: tnid catalogue list names them all`);
      const lang = en === true ? 'en' : 'vi';
      const lines = explainAction(action, service).map(({ text }) => `- ${text[lang]}`);
      process.stdout.write(`${action.title[lang]} (${name})\n${lines.join('\n')}\n`);
    });
  catalogue
    .command('who [folder]')
    .description('what a person at a level can do, verified so long ago; answered by the decision itself')
    .addOption(
      new Option('--level <level>', '0: not signed in · 1: Zalo · 2: verified').argParser(level).default(1),
    )
    .option('--age <duration>', 'since the level was proven: 90s, 20m, 2h', seconds, 0)
    .addOption(
      new Option('--by <way>', 'how level 2 was reached').choices(Object.keys(waysToLevel2)).default('vneid'),
    )
    .option('--en', 'in English')
    .action(async (folder: string = ours, options: WhoOptions) => {
      const { content, version } = await loadCatalogue(folder);
      const lang = options.en === true ? 'en' : 'vi';
      const now = Math.floor(Date.now() / 1000);
      const rows = possibleFor(content.actions, personOf(options), now).map(({ action, answer, text }) => [
        action.action,
        answer,
        action.title[lang],
        text[lang],
      ]);
      const everybody = lang === 'en' ? 'Open to everybody.' : 'Ai cũng xem được.';
      const open = openOffers(content.services).map(({ code, title }) => [
        code,
        'yes',
        title[lang],
        everybody,
      ]);
      process.stdout.write(`${version}\n${table(['action', 'answer', '', ''], [...rows, ...open])}\n`);
    });
  catalogue
    .command('schema')
    .description('JSON Schema of a service file, for editors (policies/services.schema.json)')
    .action(() => {
      process.stdout.write(serviceFileJsonSchema());
    });
  for (const command of publishingCommands()) catalogue.addCommand(command);
  return catalogue;
}

// What people read without signing in; routes without a title are for machines.
const openOffers = (services: readonly ServiceFacts[]) =>
  services.flatMap(({ code, public: routes }) =>
    routes.flatMap(({ title }) => (title === undefined ? [] : [{ code, title }])),
  );

type WhoOptions = {
  readonly level: 0 | 1 | 2;
  readonly age: number;
  readonly by: keyof typeof waysToLevel2;
  readonly en?: boolean;
};

// As one who agrees to whatever is asked, from a portal of the province.
function personOf({ level, age, by }: WhoOptions): Person {
  const methods = level === 2 ? waysToLevel2[by] : { amr: level === 1 ? ['zalo'] : [] };
  return { level, ageSeconds: age, ...methods, clientClass: 'gov_portal', purposes: 'all' };
}

function level(text: string): 0 | 1 | 2 {
  if (text === '0' || text === '1' || text === '2') return text === '0' ? 0 : text === '1' ? 1 : 2;
  throw new InvalidArgumentError('0, 1 or 2');
}

function seconds(text: string): number {
  const [, count, unit] = /^(\d{1,6})([smh])$/.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError('a number and s, m or h: 90s, 20m, 2h');
  return Number(count) * (unit === 'h' ? 3600 : unit === 'm' ? 60 : 1);
}
