/** Attempts to pay that may be put on hold, for the tests of holds on a shop that pays. */
import { isOnHold } from '../../domain/payments/payment.ts'
import type { Paying } from '../reactors/paying.ts'
import { eventually } from '../support/eventually.ts'

export async function ordered(paying: Paying, orderId: string): Promise<void> {
  await paying.place(orderId)
  await paying.request(orderId)
}

export async function isHeld(paying: Paying, orderId: string): Promise<boolean> {
  const attempt = (await paying.paymentOf(orderId)).attempts.at(-1)
  return attempt !== undefined && isOnHold(attempt)
}

export function held(paying: Paying, orderId: string): Promise<unknown> {
  return eventually(() => isHeld(paying, orderId))
}
