import { factsUnderWay, standingOf } from '../../assurance/level.ts';
import type { Standing } from '../../assurance/level.ts';
import type { Database } from '../../database.ts';

/** What a person stands at in an interaction, as its pages see it. */
export const standingUnderWay = async (
  db: Database,
  where: Parameters<typeof factsUnderWay>[1],
  now: Date,
): Promise<Standing> => standingOf(await factsUnderWay(db, where, now));
