// Everybody in the demo is invented, and the neighbours take nobody else.

import test from 'ava';
import { introduce, inventPerson, seededPeople } from '../../sandbox/citizen/people.ts';
import { startVneid } from '../../sandbox/vneid/server.ts';
import { startZalo } from '../../sandbox/zalo/server.ts';
import {
  birthYearOf,
  isDemoPersonalNumber,
  parsePersonalNumber,
  sexOf,
} from '../../policies/personal-number.ts';
import { parsePhoneNumber } from '../../policies/phone-number.ts';

const now = new Date('2026-11-22T03:00:00Z');

test('invented people have numbers of no province that agree with their birth dates, and phones that can be dialled', (t) => {
  for (const person of [...seededPeople, ...Array.from({ length: 200 }, inventPerson)]) {
    t.true(isDemoPersonalNumber(person.personalNumber), person.personalNumber);
    t.true(parsePersonalNumber(person.personalNumber, now).ok);
    t.is(birthYearOf(person.personalNumber), Number(person.birthdate.slice(0, 4)));
    t.true(parsePhoneNumber(person.phone).accepted, person.phone);
  }
  t.is(sexOf(inventPerson().personalNumber), 'female');
});

test('seeded people share no phone, Zalo account or number', (t) => {
  for (const name of ['phone', 'zaloId', 'personalNumber', 'vneidSub'] as const) {
    t.is(new Set(seededPeople.map((person) => person[name])).size, seededPeople.length, name);
  }
});

test('a person who is introduced can choose themselves at Zalo and at the hub', async (t) => {
  const zalo = await startZalo({
    apps: [{ appId: '1', appSecret: 's', redirectUris: ['http://localhost:1/ve'] }],
    citizens: [],
  });
  const vneid = await startVneid({
    clients: [{ clientId: 'c', secret: 's', redirectUris: ['http://localhost:1/ve'] }],
  });
  t.teardown(() => Promise.all([zalo.close(), vneid.close()]));
  const person = inventPerson();
  await introduce(person, { zalo: zalo.url, vneid: vneid.url });
  const redirect = encodeURIComponent('http://localhost:1/ve');
  const permission = await fetch(`${zalo.url}/v4/permission?app_id=1&redirect_uri=${redirect}`);
  t.true((await permission.text()).includes(person.name));
  const hub = await fetch(
    `${vneid.url}/oauth2/authorize?client_id=c&redirect_uri=${redirect}&response_type=code&scope=openid`,
  );
  t.true((await hub.text()).includes(person.vneidSub));
});

for (const [title, citizen] of [
  ['a number that may be a real person’s', { personalNumber: '079190000011', name: 'A', birthdate: '1990' }],
  ['no name', { personalNumber: '999190000011', birthdate: '1990' }],
  ['a birth date in another form', { personalNumber: '999190000011', name: 'A', birthdate: '15/06/1990' }],
] as const) {
  test(`the hub does not take ${title}`, async (t) => {
    const vneid = await startVneid({ clients: [] });
    t.teardown(() => vneid.close());
    const response = await fetch(`${vneid.url}/__sandbox/citizens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(citizen),
    });
    t.is(response.status, 400);
  });
}
