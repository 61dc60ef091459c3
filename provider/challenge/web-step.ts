import type { Described } from './answer.ts';
import { Trouble } from './trouble.ts';

export const toTheWeb: Described = async () => {
  throw new Trouble('redirect_to_web');
};
