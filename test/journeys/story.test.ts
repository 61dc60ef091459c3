// The story bin/demo tells, with its own checks, at the pace of a real feed.

import test from 'ava';
import { playStory } from '../../sandbox/story/story.ts';
import { useStage } from './stage.ts';

const stage = useStage();

test.serial('the main job runs from the Zalo login to the line an auditor reads', async (t) => {
  const lines: string[] = [];
  await playStory(await stage.current().scene((line) => lines.push(line)));
  t.is(lines.filter((line) => line.startsWith('  ✓')).length, 6);
  t.false(lines.some((line) => line.includes('✗')));
  t.regex(lines.join('\n'), /tiện ích từ chối token cũ sau \d\.\d s/);
});

test.serial('it runs again on the same data with another citizen', async (t) => {
  const lines: string[] = [];
  await playStory(await stage.current().scene((line) => lines.push(line)));
  t.is(lines.filter((line) => line.startsWith('  ✓')).length, 6);
});

test.serial('what an auditor reads names no person, number or phone', async (t) => {
  const scene = await stage.current().scene(() => {});
  const events = JSON.stringify(await scene.events(new Date(0)));
  t.true(events.length > 1_000);
  t.notRegex(
    events,
    /\+?84\d{9}|(?<![\w-])0\d{9}(?![\w-])|(?<![\w-])999\d{9}(?![\w-])|Nguyễn|Trần|Phạm|Huỳnh/,
  );
});
