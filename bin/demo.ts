// bin/demo: starts the house and its neighbours, plays the main job, and stays up for trying out.

import './quiet.ts';
import { rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Refusal } from '../errors.ts';
import { startPostgres } from '../sandbox/postgres.ts';
import { seededPapers } from '../sandbox/citizen/papers.ts';
import { internationalNumber } from '../sandbox/citizen/people.ts';
import { playStory } from '../sandbox/story/story.ts';
import { startStage, type Stage } from './demo-stage.ts';

const HELP = `bin/demo                the house with its invented neighbours: plays the main job, then stays up
  --exit               stop after the story; exit code 0 when everything was as promised, 1 if not
  --no-story           only start
  --json               one line of JSON on stdout when ready; everything else goes to stderr
  --data DIR           where the database, keys and log are kept (default .data)
  --help               this text

Ctrl-C or SIGTERM stops everything. Exit codes: 0 done, 1 story failed, 2 wrong option, 3 could not start.
`;

type Options = {
  readonly exit: boolean;
  readonly story: boolean;
  readonly json: boolean;
  readonly dataDir: string;
};

const startedAt = performance.now();
const stops: (() => Promise<void>)[] = [];
let stopping: Promise<void> | undefined;

async function main(options: Options): Promise<number> {
  // With --json stdout belongs to the program that reads it.
  const tell = (line: string) => void (options.json ? process.stderr : process.stdout).write(`${line}\n`);
  const stage = await start(options);
  for (const { name, from, to } of stage.moved)
    tell(`Cổng ${from} đang bận, ${name} dùng cổng ${to} (port ${from} is taken, ${name} uses ${to})`);
  tell(`Tây Ninh ID đã sẵn sàng sau ${((performance.now() - startedAt) / 1000).toFixed(1)} s (ready)\n`);
  if (options.json) process.stdout.write(`${JSON.stringify(facts(stage, options))}\n`);

  let code = 0;
  if (options.story) {
    try {
      await playStory(await stage.scene(tell));
      tell('');
    } catch (error) {
      if (stopping !== undefined) return 0;
      tell(
        `\n${error instanceof Error ? error.message : String(error)}\nNhật ký: ${join(options.dataDir, 'demo.log')}`,
      );
      code = 1;
    }
  }
  if (options.exit) return code;
  for (const line of [...addresses(stage), ...peopleLines(stage), '', 'Dừng lại: Ctrl-C']) tell(line);
  await new Promise(() => {}); // until a signal
  return code;
}

async function start({ dataDir }: Options): Promise<Stage> {
  const postgres = await startPostgres({ dataDir: join(dataDir, 'postgres'), durable: true });
  stops.push(() => postgres.stop());
  const stage = await startStage({ databaseUrl: postgres.url, dataDir });
  stops.push(() => stage.stop());
  await leaveNotes(stage, dataDir);
  return stage;
}

/** For bin/try, and for bin/tnid in another window: `set -a; . .data/demo.env`. Only this user may read them. */
async function leaveNotes(stage: Stage, dataDir: string): Promise<void> {
  const { issuer, portal, sandbox, environment } = stage;
  const [facts, settings] = [join(dataDir, 'demo.json'), join(dataDir, 'demo.env')];
  const lines = Object.entries(environment).map(([name, value]) => `${name}='${value}'\n`);
  await writeFile(facts, JSON.stringify({ issuer, portal, sandbox }), { mode: 0o600 });
  await writeFile(settings, lines.join(''), { mode: 0o600 });
  stops.push(
    async () => void (await Promise.all([facts, settings].map((file) => rm(file, { force: true })))),
  );
}

function stop(): Promise<void> {
  stopping ??= (async () => {
    for (let one = stops.pop(); one !== undefined; one = stops.pop()) await one();
  })();
  return stopping;
}

function facts(stage: Stage, options: Options): object {
  const { issuer, portal, phone, services, sandbox, views, people, officers } = stage;
  return {
    issuer,
    urls: {
      issuer,
      account: `${issuer}/toi`,
      counter: `${issuer}/counter`,
      portal,
      tryout: `${portal}/dung-thu`,
      views,
      phone,
      miniApp: stage.miniApp,
      desk: stage.desk,
      hotline: stage.hotline,
      ...services,
      ...sandbox,
    },
    portal,
    phone,
    services,
    sandbox,
    citizens: people.map(({ name, personalNumber, phone: number, zaloId, vneidSub }) => ({
      name,
      personalNumber,
      phone: number,
      inbox: `${sandbox.sms}/phone/${internationalNumber(number)}.json`,
      zalo: { id: zaloId },
      vneid: { sub: vneidSub },
    })),
    officers,
    approvers: stage.approvers,
    owners: stage.owners,
    cards: seededPapers.map((one) => ({ ...one, chip: `${sandbox.cards}/cards/${one.personalNumber}.json` })),
    views,
    data: options.dataDir,
    database: stage.database,
  };
}

function addresses(stage: Stage): string[] {
  const { issuer, portal, phone, services, sandbox, views } = stage;
  const rows = [
    ['Cổng tiện ích (bản thử)', portal],
    ['Người và thẻ để dùng thử', `${portal}/dung-thu`],
    ['Ứng dụng nhỏ trong Zalo (mô phỏng)', stage.miniApp],
    ['Bàn Tổng đài 1022 (mô phỏng)', stage.desk],
    ['Nhắn tin cho 1022 trên Zalo (mô phỏng)', stage.hotline],
    ['Hồ sơ của tôi', `${issuer}/toi`],
    ['Điện thoại nhận mã', phone],
    ['Mọi trang, mọi trạng thái', views],
    ['Danh mục: ai được làm gì', `${issuer}/catalogue`],
    ['Tây Ninh ID', `${issuer}/.well-known/openid-configuration`],
    ['Tiện ích Hồ sơ', services.dossier],
    ['Tiện ích Phản ánh', services.report],
    ['Zalo (mô phỏng)', sandbox.zalo],
    ['Máy đọc thẻ (mô phỏng)', sandbox.cards],
    ['VNeID (mô phỏng)', sandbox.vneid],
    ['Cơ sở dữ liệu dân cư (mô phỏng)', sandbox.register],
  ] as const;
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, url]) => `  ${name.padEnd(width)}  ${url}`);
}

/** Who can be met, what stands on the cards, who works at the counter. */
function peopleLines({ issuer, portal, officers, approvers, owners }: Stage): string[] {
  const cards = seededPapers.map(
    ({ name, personalNumber, birthdate, phone }) =>
      `  ${name.padEnd(20)}  ${personalNumber}  ${birthdate.padEnd(10)}  ${phone}`,
  );
  const lines = (people: Stage['officers']) =>
    people.map(({ login, invitation }) =>
      invitation === undefined
        ? `  ${login}: đã đặt mật khẩu; đăng nhập ở ${issuer}/can-bo/dang-nhap`
        : `  ${login}: ${invitation}`,
    );
  return [
    '',
    `Người dùng thử: số trên thẻ, ngày sinh, điện thoại (mã QR, tệp đọc chip: ${portal}/dung-thu)`,
    ...cards,
    '',
    'Cán bộ ở quầy: mở đường dẫn mời, đặt mật khẩu, rồi đăng nhập; mỗi người một cửa sổ ẩn danh',
    ...lines(officers),
    `  Làm việc ở ${issuer}/counter`,
    'Người duyệt danh mục dịch vụ',
    ...lines(approvers),
    `  Làm việc ở ${issuer}/can-bo/danh-muc`,
    'Người phụ trách tiện ích Hồ sơ',
    ...lines(owners),
    `  Xem ở ${issuer}/can-bo/dich-vu`,
  ];
}

function readOptions(): Options | 'help' | undefined {
  try {
    const { values } = parseArgs({
      options: {
        exit: { type: 'boolean', default: false },
        'no-story': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        data: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return 'help';
    const dataDir =
      values.data === undefined ? fileURLToPath(new URL('../.data', import.meta.url)) : resolve(values.data);
    return { exit: values.exit, story: !values['no-story'], json: values.json, dataDir };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return undefined;
  }
}

async function run(): Promise<number> {
  const options = readOptions();
  if (options === 'help') process.stdout.write(HELP);
  if (options === undefined) return 2;
  if (options === 'help') return 0;
  // Whoever read the line of JSON may hang up; that is no reason to fall over.
  process.stdout.on('error', () => undefined);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void stop().then(() => process.exit(0)));
  }
  try {
    return await main(options);
  } catch (error) {
    const told =
      error instanceof Refusal
        ? error.message
        : error instanceof Error
          ? (error.stack ?? error.message)
          : String(error);
    const hint =
      error instanceof Refusal && error.kind === 'conflict'
        ? '\nIs another bin/demo running? Stop it, or choose another folder with --data.'
        : '';
    process.stderr.write(`${told}${hint}\n`);
    return 3;
  } finally {
    await stop();
  }
}

process.exit(await run());
