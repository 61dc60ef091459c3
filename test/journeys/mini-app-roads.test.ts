// Every road to level 2 from inside the mini app, each by somebody it was built for: the card's QR, the
// card typed by hand, the chip held to the telephone, the counter with its officer.

import test from 'ava';
import { openBrowser } from '../../sandbox/citizen/browser.ts';
import { SEEN, words } from '../counter/people.ts';
import { PASSWORD } from '../counter/desk.ts';
import { openMiniApp, type MiniApp } from '../support/mini-app.ts';
import { walk } from '../support/mini-app-walk.ts';
import { useStage } from './stage.ts';

const stage = useStage({ feedIntervalMs: 500 });

/** From the first screen to the first step of what needs level 2 by any evidence. */
async function askForDossiers(app: MiniApp): Promise<void> {
  await app.reads(`Chào ${app.person.name}`);
  await app.open(/Nộp hồ sơ trực tuyến/);
  await app.open(/Xem hồ sơ của tôi/);
  await app.titled(/Có ai đang hướng dẫn|Cho phép|Thông tin/);
}
const printed = (birthdate: string) =>
  `${birthdate.slice(6)}/${birthdate.slice(4, 6)}/${birthdate.slice(0, 4)}`;

test.serial('a camera and a card: the QR code, a code, no typing of names', async (t) => {
  t.timeout(180_000);
  const app = await openMiniApp(t, stage.current(), 'qr');
  await askForDossiers(app);
  const prove = async () => {
    await app.press(/Quét mã QR trên thẻ/);
    await app.titled('Thẻ căn cước của bạn');
    await app.look('the');
    await app.press('Quét mã QR trên thẻ');
    return 'Thẻ căn cước của bạn';
  };
  t.is((await walk(app, stage.current(), { prove })).end, 'Xem hồ sơ của tôi');
  await app.reads('Chưa có gì ở đây.');
  t.log(`${app.taps()} taps and fields`);
});

test.serial(
  'a broken camera: the card by hand, with its mistakes, and a way back to the choice',
  async (t) => {
    t.timeout(180_000);
    const app = await openMiniApp(t, stage.current(), 'tay');
    await app.reads(`Chào ${app.person.name}`);
    await app.fault(/Máy ảnh hỏng/);
    await askForDossiers(app);
    const prove = async () => {
      await app.press(/Quét mã QR trên thẻ/);
      await app.titled('Thẻ căn cước của bạn');
      await app.press('Chọn cách khác');
      await app.titled('Bạn là ai? Chọn một cách');
      await app.press(/Quét mã QR trên thẻ/);
      await app.titled('Thẻ căn cước của bạn');
      await app.press('Quét mã QR trên thẻ');
      await app.reads('Chưa quét được. Hãy thử lại, hoặc nhập tay ở dưới.');
      await app.press('Đối chiếu');
      await app.reads('Hãy nhập số trên thẻ.');
      await app.look('the-sai');
      // What only the broker can see, beside the field it belongs to.
      await app.type('Số trên thẻ', app.person.personalNumber);
      await app.type('Họ và tên', 'Người Khác 3');
      await app.type('Ngày sinh', '15/06/1901');
      await app.press('Đối chiếu');
      await app.reads('Họ và tên chỉ gồm chữ cái. Hãy xem lại.');
      await app.reads('Năm sinh chưa khớp với số trên thẻ. Hãy xem lại cả hai.');
      t.is(
        await app.frame.getByLabel('Họ và tên').evaluate((field) => field === document.activeElement),
        true,
      );
      await app.look('the-o-sai');
      await app.type('Số trên thẻ', app.person.personalNumber);
      await app.type('Họ và tên', 'Người Khác Hẳn');
      await app.type('Ngày sinh', printed(app.person.birthdate));
      await app.press('Đối chiếu');
      await app.reads('Chưa đối chiếu được. Hãy xem lại từng chữ, từng số, hoặc chọn cách khác.');
      await app.reads(/Hôm nay bạn còn \d lần đối chiếu\./);
      await app.look('the-khong-khop');
      await app.type('Họ và tên', app.person.name);
      await app.press('Đối chiếu');
      return 'Thẻ căn cước của bạn';
    };
    t.is((await walk(app, stage.current(), { prove })).end, 'Xem hồ sơ của tôi');
    await app.reads('Chưa có gì ở đây.');
  },
);

test.serial('a telephone with NFC: three printed facts open the chip, and wrong ones do not', async (t) => {
  t.timeout(180_000);
  const app = await openMiniApp(t, stage.current(), 'chip');
  await askForDossiers(app);
  const prove = async () => {
    await app.press(/Áp thẻ căn cước vào điện thoại/);
    await app.titled('Đọc chip trong thẻ');
    await app.press('Đọc thẻ');
    await app.reads('Hãy nhập đủ ba điều, đúng như in trên thẻ.');
    await app.press('Quét mã QR để điền giúp');
    await app.type('Có giá trị đến', '01/01/2031');
    await app.press('Đọc thẻ');
    await app.reads('Chưa đọc được thẻ.');
    await app.look('chip-sai');
    const { sandbox } = stage.current();
    await app.type('Có giá trị đến', await endOfCard(sandbox.cards, app.person.personalNumber));
    // What the broker says of a chip it does not believe (test/challenge/chip.test.ts makes such chips).
    for (const [reason, sentence] of refusals) {
      const place = '**/authorize-challenge/chip';
      const headers = { 'access-control-allow-origin': new URL(app.page.url()).origin };
      const json = { error: 'chip_refused', reason };
      await app.page.route(place, (route) => route.fulfill({ status: 422, headers, json }));
      await app.press('Đọc thẻ');
      await app.reads(sentence);
      await app.page.unroute(place);
    }
    await app.look('chip-khong-nhan');
    await app.press('Đọc thẻ');
    return 'Đọc chip trong thẻ';
  };
  t.is((await walk(app, stage.current(), { prove })).end, 'Xem hồ sơ của tôi');
  await app.reads('Chưa có gì ở đây.');
});

const refusals = [
  ['unreadable', 'Chưa đọc hết được chip.'],
  ['not_authentic', 'Chip này không chứng minh được thẻ là thật.'],
  ['expired', 'Thẻ này đã hết hạn nên không dùng để xác minh được.'],
  ['revoked', 'Nơi cấp thẻ cho biết thẻ này hiện không dùng để xác minh được.'],
  ['other_person', 'Thẻ này không phải của người đã xác minh tài khoản này.'],
  ['too_often', 'Hôm nay bạn đã đọc thẻ quá nhiều lần.'],
  ['a_new_reason', 'Chưa đọc được thẻ. Hãy đọc lại, hoặc chọn cách khác.'],
] as const;

/** What is printed on the sandbox's card, from its machine-readable lines. */
async function endOfCard(cards: string, number: string): Promise<string> {
  const chip = (await (await fetch(`${cards}/cards/${number}.json`)).json()) as { dg1: string }; // sandbox/cards/card.ts
  const end = Buffer.from(chip.dg1, 'base64').toString('latin1').slice(-90).slice(38, 44);
  return `${end.slice(4)}/${end.slice(2, 4)}/20${end.slice(0, 2)}`;
}

test.serial(
  'the counter: a code shown to an officer, and nobody touches the telephone meanwhile',
  async (t) => {
    t.timeout(240_000);
    const { issuer, officers } = stage.current();
    const officer = openBrowser();
    const [first] = officers;
    await officer.open(first?.invitation ?? '');
    await officer.press(words.staff.button, { password: PASSWORD });
    const [code = ''] = officer
      .page()
      .document.querySelectorAll('.codes li')
      .map((one) => one.text.trim());
    await officer.open(`${issuer}/can-bo/dang-nhap`);
    await officer.press(words.staffDoor.button, { login: first?.login ?? '', password: PASSWORD, code });

    const app = await openMiniApp(t, stage.current(), 'quay');
    await askForDossiers(app);
    const prove = async () => {
      await app.press(/Nhờ cán bộ ở quầy một cửa/);
      await app.titled('Đưa mã này cho cán bộ');
      await app.look('ma-tai-quay');
      const shown = await app.frame.locator('.big-code').innerText();
      await officer.open(`${issuer}/counter`);
      await officer.press(words.counter.codeButton, { code: shown });
      const { personalNumber, name, birthdate } = app.person;
      await officer.press(words.counterCard.button, {
        number: personalNumber,
        name,
        birthdate: printed(birthdate),
      });
      await app.titled('Tại quầy một cửa');
      await app.reads('Cán bộ đang xem thẻ của bạn.');
      await app.look('dang-xem');
      await officer.press(words.counterLook.confirm, { ...SEEN, reason: 'no_vneid', note: '' });
      return 'Tại quầy một cửa';
    };
    t.is((await walk(app, stage.current(), { prove })).end, 'Xem hồ sơ của tôi');
    await app.reads('Chưa có gì ở đây.');
  },
);
