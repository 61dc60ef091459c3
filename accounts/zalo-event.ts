// What an Official Account's event says (contract zalo.md §5.4, §6.4). Read it only from bytes whose
// signature was checked. A shape nobody knows is `other`: it is logged by name and answered 200.

import { z } from 'zod';

type Common = {
  /** The account the event is about, where it says so. */
  readonly oaId: string | undefined;
};
type Person = Common & {
  /** The person's id at this account. */
  readonly userId: string;
  /** Believed to be the person's id in the app (U11): never join on it. */
  readonly userIdByApp: string | undefined;
};

export type OaEvent =
  | (Person & { readonly kind: 'text'; readonly text: string; readonly messageId: string })
  | (Person & { readonly kind: 'follow' | 'unfollow' })
  | (Common & {
      /** A template message arrived. */
      readonly kind: 'delivery';
      readonly messageId: string;
      /** Our reference. */
      readonly trackingId: string | undefined;
      /** The two times of such an event have no fixed order (U26). */
      readonly deliveredAt: Date;
    })
  | (Common & { readonly kind: 'other'; readonly name: string | undefined });

const id = z.string().regex(/^[1-9]\d{0,31}$/);
const someId = id.optional().catch(undefined);
const reference = z.string().min(1).max(255);
const time = z
  .union([z.string().regex(/^\d{10,16}$/), z.int().positive()])
  .transform((value) => new Date(Number(value)));

const textEvent = z.looseObject({
  event_name: z.literal('user_send_text'),
  sender: z.looseObject({ id }),
  recipient: z.looseObject({ id }),
  message: z.looseObject({ text: z.string().max(10_000), msg_id: reference }),
  user_id_by_app: someId,
});
const followEvent = z.looseObject({
  event_name: z.enum(['follow', 'unfollow']),
  oa_id: id,
  follower: z.looseObject({ id }),
  user_id_by_app: someId,
});
// A chat event of the same name has no delivery time.
const nestedDelivery = z.looseObject({
  event_name: z.literal('user_received_message'),
  sender: z.looseObject({ id }),
  message: z.looseObject({ delivery_time: time, msg_id: reference, tracking_id: reference.optional() }),
});
const flatDelivery = z.looseObject({
  event_name: z.literal('user_received_message'),
  oa_id: someId,
  delivery_time: time,
  msg_id: reference,
  tracking_id: reference.optional(),
});
const anyEvent = z.looseObject({
  event_name: z.string().max(100).optional().catch(undefined),
  oa_id: someId,
});

/** Never throws. */
export function readOaEvent(body: unknown): OaEvent {
  const text = textEvent.safeParse(body);
  if (text.success) {
    const { sender, recipient, message, user_id_by_app: userIdByApp } = text.data;
    return { kind: 'text', oaId: recipient.id, userId: sender.id, userIdByApp, text: message.text, messageId: message.msg_id }; // prettier-ignore
  }
  const follow = followEvent.safeParse(body);
  if (follow.success) {
    const { event_name: kind, oa_id: oaId, follower, user_id_by_app: userIdByApp } = follow.data;
    return { kind, oaId, userId: follower.id, userIdByApp };
  }
  const nested = nestedDelivery.safeParse(body);
  if (nested.success) {
    const { sender, message } = nested.data;
    return { kind: 'delivery', oaId: sender.id, messageId: message.msg_id, trackingId: message.tracking_id, deliveredAt: message.delivery_time }; // prettier-ignore
  }
  const flat = flatDelivery.safeParse(body);
  if (flat.success) {
    const { oa_id: oaId, msg_id: messageId, tracking_id: trackingId, delivery_time: deliveredAt } = flat.data;
    return { kind: 'delivery', oaId, messageId, trackingId, deliveredAt };
  }
  const other = anyEvent.safeParse(body);
  return { kind: 'other', oaId: other.data?.oa_id, name: other.data?.event_name };
}
