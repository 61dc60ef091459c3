import type { Described } from './answer.ts';
import type { Take } from './replies.ts';
import { Trouble } from './trouble.ts';

export const describeBrowser: Described = async () => {
  throw new Trouble('temporarily_unavailable', { detail: 'browser' });
};

export const takeBrowser: Take = async () => {
  throw new Trouble('temporarily_unavailable', { detail: 'browser' });
};
