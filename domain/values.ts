/** The values of the domain: ids, money and time. */
import type { Money } from '../schemas/events.ts'

/** A weak brand: a plain value fits it, so events need no casts; a value of another flavour does not. */
export type Flavour<Base, Name extends string> = Base & { readonly flavour?: Name }

export type OrderId = Flavour<string, 'OrderId'>
export type CustomerId = Flavour<string, 'CustomerId'>
export type Sku = Flavour<string, 'Sku'>

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Timestamp = Flavour<number, 'Timestamp'>

/** What an id may look like. It is part of a stream's name, so it starts with neither a dash nor a dot. */
export const ID_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'

const idPattern = new RegExp(ID_PATTERN)

/** The text as an order's id, or null when it is none. */
export function parseOrderId(text: string): OrderId | null {
  return idPattern.test(text) ? text : null
}

/** The text as a customer's id, or null when it is none. */
export function parseCustomerId(text: string): CustomerId | null {
  return idPattern.test(text) ? text : null
}

/** The text as a product's id, or null when it is none. */
export function parseSku(text: string): Sku | null {
  return idPattern.test(text) ? text : null
}

/** An amount in minor units. Throws a RangeError when it is not a whole number below 2^53: callers have parsed it. */
export function money(amount: number, currency: string): Money {
  if (!Number.isSafeInteger(amount)) throw new RangeError(`${amount} is not a whole number of minor units below 2^53`)
  return { amount, currency }
}

export function sameMoney(one: Money, other: Money): boolean {
  return one.amount === other.amount && one.currency === other.currency
}

/** The sum of quantity times unit price; null where it cannot be stated: no lines, several currencies, or past 2^53 - 1. */
export function totalOf(lines: readonly { readonly quantity: number; readonly unitPrice: Money }[]): Money | null {
  const currency = lines[0]?.unitPrice.currency
  if (currency === undefined) return null
  let amount = 0
  for (const { quantity, unitPrice } of lines) {
    if (unitPrice.currency !== currency) return null
    // A product or sum past 2^53 - 1 rounds to 2^53 or more, so an inexact one is never taken for a safe one.
    amount += quantity * unitPrice.amount
    if (!Number.isSafeInteger(amount)) return null
  }
  return { amount, currency }
}
