import type { viHotline } from './vi-hotline.ts';

export const enHotline: typeof viHotline = {
  hotline: {
    notice: (owner) =>
      `Once linked, write “hồ sơ của tôi” (my dossiers) to hotline 1022 on Zalo and it answers. The hotline learns only the number and state of your dossiers at ${owner}. You can stop at any time. Never read the link code to anybody, not even to somebody who says they are an official.`,
  },
};
