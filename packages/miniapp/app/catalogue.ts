// The utilities of the province, as the broker publishes them for this app (/tien-ich.json).

import * as z from 'zod/mini';

const titleSchema = z.object({ vi: z.string(), en: z.string() });
const actionSchema = z.object({
  action: z.string(),
  title: titleSchema,
  level: z.union([z.literal(1), z.literal(2)]),
  scopes: z.array(z.string()),
  handover: z.optional(z.string()),
  route: z.optional(z.object({ method: z.string(), path: z.string() })),
});
const serviceSchema = z.object({
  id: z.string(),
  code: z.string(),
  title: titleSchema,
  /** What anybody may see there. */
  open: z.optional(z.array(titleSchema)),
  actions: z.array(actionSchema),
});
export const catalogueSchema = z.object({
  version: z.string(),
  hotline: z.optional(z.object({ oa: z.nullable(z.string()) })),
  services: z.array(serviceSchema),
});

export type Catalogue = z.infer<typeof catalogueSchema>;
export type Service = z.infer<typeof serviceSchema>;
export type Action = z.infer<typeof actionSchema>;

export type Group = 'open' | 'now' | 'verified';

/** A service stands where its main act stands, which the catalogue names first. */
export function groupOf({ actions: [main] }: Service): Group {
  if (main === undefined) return 'open';
  return main.level === 1 ? 'now' : 'verified';
}

export function findAction(catalogue: Catalogue | undefined, name: string) {
  for (const service of catalogue?.services ?? []) {
    const action = service.actions.find((one) => one.action === name);
    if (action !== undefined) return { service, action };
  }
  return undefined;
}
