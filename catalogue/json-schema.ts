// The same shape as a JSON Schema, for the editors of the people who write the files: keys are
// offered, explained in Vietnamese and underlined when wrong, before lint is run.

import { z } from 'zod';
import { serviceFileSchema } from './schema.ts';

/** What stands in policies/services.schema.json, byte for byte. */
export function serviceFileJsonSchema(): string {
  const schema = z.toJSONSchema(serviceFileSchema, { io: 'input' });
  return `${JSON.stringify({ title: 'Dịch vụ của Tây Ninh ID', ...schema }, null, 2)}\n`;
}
