/** Why attempts to pay are declined that no gateway has declined. They say nothing of the customer. */

export const OUR_DECLINES = ['no-answer', 'wrong-amount', 'replaced', 'skipped', 'cancelled', 'fraud'] as const

export type OurDecline = (typeof OUR_DECLINES)[number]

/** A reason of the gateway as it is recorded: never one of ours. */
export function gatewayReason(reason: string): string {
  return OUR_DECLINES.some((ours) => ours === reason) ? `gateway-${reason}` : reason
}
