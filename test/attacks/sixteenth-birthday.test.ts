import test from 'ava';
import { sixteenthBirthday } from '../../policies/age.ts';
import { introduce, inventPerson } from '../../sandbox/citizen/people.ts';
import { vneidCitizen } from '../../sandbox/vneid/citizens.ts';
import { wordsOf } from '../../views/words/words.ts';
import { inventNumber, represent } from '../consent/family.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { meetAdult, see, vaultOf } from '../support/child.ts';
import { useDatabase } from '../support/database.ts';
import { claimsOf, createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { LEVEL_TWO, accountOf, ageProofs, visitorAs } from '../support/visitor.ts';

// What a parent agreed to goes on after the child is sixteen, by a token from the day before.

let house: TestHouse;
let rp: Rp;
let skewMs = 0;
const now = () => new Date(Date.now() + skewMs);
test.before(async () => {
  house = await startHouse((await useDatabase()).url, { clock: now });
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

const words = wordsOf('vi');
const FILING = { 'purpose.hoso.xu-ly': 'given', 'purpose.hoso.bao-tin': 'given' };

/** Sixteen at the next midnight of the province but one: not during this test. */
function birthdate(): string {
  const inVietnam = new Date(Date.now() + 7 * 3_600_000 + 2 * 86_400_000);
  const day = inVietnam.getUTCMonth() === 1 && inVietnam.getUTCDate() === 29 ? 28 : inVietnam.getUTCDate();
  const parts = [inVietnam.getUTCFullYear() - 16, inVietnam.getUTCMonth() + 1, day];
  return parts.map((part) => String(part).padStart(2, '0')).join('-');
}

test('a refresh after the sixteenth birthday carries nothing that a parent decided', async (t) => {
  const born = birthdate();
  const invented = {
    ...inventPerson(),
    personalNumber: inventNumber(born),
    birthdate: born.replaceAll('-', ''),
  };
  const person = { ...invented, vneidSub: vneidCitizen({ ...invented, ial: 2 }).sub };
  await introduce(person, { zalo: house.zalo.url, vneid: house.vneid.url });
  const [child, mother] = [visitorAs(house, person), await meetAdult(house, rp)];
  const at = { db: house.db, vault: await vaultOf(house) };
  await represent(at, { personalNumber: mother.person.personalNumber }, { personalNumber: person.personalNumber, birthdate: born }, now()); // prettier-ignore

  const request = await rp.begin(`${LEVEL_TWO.scope} svc:hoso:xem`, LEVEL_TWO.resource, {
    prompt: 'consent',
  });
  await t.throwsAsync(child.go(request), { message: /lost on/ }, 'the walk knows no page for children');
  t.is(child.browser.page().title, words.guardian.childTitle);
  await child.browser.press(words.guardian.childSubmit, FILING);
  await see(mother, `${house.issuer}/toi/con`);
  await mother.browser.follow(words.guardian.answer);
  await mother.browser.press(words.guardian.answerSubmit, FILING);
  const arrival = await child.open(child.browser.page().url);
  if (arrival.at !== 'door') return t.fail(arrival.page.title);
  const first = await rp.redeem(request, arrival.url);
  t.regex(String(first.body['scope']), /svc:hoso:nop/);

  const accountId = await accountOf(house, child);
  const goTo = async (moment: number) => {
    const ahead = moment - now().getTime();
    skewMs += ahead;
    await ageProofs(house, accountId, -Math.round(ahead / 1000)); // level 2 stands all the while
  };
  const birthday = sixteenthBirthday(born).getTime();
  await goTo(birthday - 60_000);
  const before = await rp.refresh(first);
  t.regex(String(before.body['scope']), /svc:hoso:nop/, 'the last minute of childhood');
  t.deepEqual(claimsOf(before.body['access_token'])['purposes'], ['hoso.xu-ly', 'hoso.bao-tin']);

  await goTo(birthday + 1_000);
  const after = await rp.refresh(before);
  t.is(after.status, 200, 'what rests on law goes on');
  t.regex(String(after.body['scope']), /svc:hoso:xem/);
  t.notRegex(String(after.body['scope']), /svc:hoso:nop/);
  t.deepEqual(claimsOf(after.body['access_token'])['purposes'], []);
});
