// What the gallery shows as the drawings of a service's page. Run as a program it writes them anew.

import { writeFileSync } from 'node:fs';
import { ownerSample } from '../../views/gallery-owner.ts';
import { drawFigures } from '../../web/service-owner-charts.ts';

export const galleryDrawings = async (): Promise<string> =>
  JSON.stringify(await drawFigures(ownerSample('vi'), 'vi'));

if (import.meta.main) {
  const literal = (await galleryDrawings()).replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  writeFileSync(
    new URL('../../views/gallery-owner-drawn.ts', import.meta.url),
    `// Written by test/charts/gallery-drawings.ts.\n// prettier-ignore\nexport const drawn =\n  '${literal}';\n`,
  );
}
