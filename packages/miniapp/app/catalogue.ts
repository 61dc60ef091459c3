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
  actions: z.array(actionSchema),
});
export const catalogueSchema = z.object({ version: z.string(), services: z.array(serviceSchema) });

export type Catalogue = z.infer<typeof catalogueSchema>;
export type Service = z.infer<typeof serviceSchema>;
export type Action = z.infer<typeof actionSchema>;

export type Group = 'open' | 'now' | 'verified';

/** A service stands where its first step is: "use now" as soon as one thing needs no more than the login. */
export function groupOf({ actions }: Service): Group {
  if (actions.length === 0) return 'open';
  return actions.some(({ level, handover }) => level === 1 && handover !== 'national_portal')
    ? 'now'
    : 'verified';
}

export function findAction(catalogue: Catalogue | undefined, name: string) {
  for (const service of catalogue?.services ?? []) {
    const action = service.actions.find((one) => one.action === name);
    if (action !== undefined) return { service, action };
  }
  return undefined;
}
