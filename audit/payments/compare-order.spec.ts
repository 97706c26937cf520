import { describe, expect, test } from 'vitest'
import {
  eur,
  NOON,
  paymentCaptured,
  paymentDeclined,
  paymentRefunded,
  paymentRequested,
  refundFailed,
  refundRequested,
} from '../../domain/test-events.ts'
import type { PaymentEvent } from '../../schemas/events.ts'
import type { BookEntry } from './book-entry.ts'
import { compareOrder, UNDER_WAY_MS } from './compare-order.ts'

const asked = paymentRequested('o1', 1, 1_000)
const captured = paymentCaptured('o1', 1, 1_000, { reference: 'ch-1' })
const refund = refundRequested('o1', 1, 400)
const refunded = paymentRefunded('o1', 1, 400, { reference: 're-1' })
const provider = { cause: 'provider' } as const

function charge(change: Partial<BookEntry> = {}): BookEntry {
  const entry = { list: 'charges', key: 'o1/1', orderId: 'o1', number: 1, status: 'captured' } as const
  return { ...entry, amount: eur(1_000), reference: 'ch-1', ...change }
}

function back(change: Partial<BookEntry> = {}): BookEntry {
  const entry = { list: 'refunds', key: 'o1/r1', orderId: 'o1', number: 1, status: 'refunded' } as const
  return { ...entry, amount: eur(400), reference: 're-1', ...change }
}

function reversal(change: Partial<BookEntry> = {}): BookEntry {
  return charge({ list: 'reversals', status: 'reversed', amount: eur(400), reference: 'dp-1', ...change })
}

/** Everything was recorded at noon, before the book was read, and is looked at when nothing can be under way any more. */
function compared(
  events: readonly PaymentEvent[],
  entries: readonly BookEntry[],
  { before = events.length, now = NOON + UNDER_WAY_MS } = {},
) {
  const facts = events.map((event, index) => ({ event, position: index + 1, recordedAt: NOON }))
  const { differences, underWay } = compareOrder({ facts, entries, before, now })
  return [differences.map(({ kind, key }) => [kind, key]), underWay]
}

describe('what is the same here and there', () => {
  test.each<readonly [string, readonly PaymentEvent[], readonly BookEntry[]]>([
    ['a capture', [asked, captured], [charge()]],
    ['a capture whose book names no reference', [asked, captured], [charge({ reference: null })]],
    ['a decline', [asked, paymentDeclined('o1', 1, 1_000)], [charge({ status: 'declined', reference: null })]],
    ['a charge that was never made', [asked, paymentDeclined('o1', 1, 1_000)], []],
    ['a transfer that waits', [asked], [charge({ status: 'pending', reference: null })]],
    ['a refund', [asked, captured, refund, refunded], [charge(), back()]],
    ['a refund that a person settled', [asked, captured, refund, refundFailed('o1', 1, 400)], [charge()]],
    [
      'a reversal, which counts once',
      [
        ...[asked, captured, refundRequested('o1', 1, 400, provider)],
        paymentRefunded('o1', 1, 400, { ...provider, reference: 'dp-1' }),
      ],
      [charge(), reversal(), reversal()],
    ],
    [
      'what no gateway knows',
      [
        paymentRequested('o1', 1, 1_000, { method: 'on-account' }),
        paymentCaptured('o1', 1, 1_000, { method: 'on-account', reference: 'account' }),
        refund,
        refunded,
      ],
      [],
    ],
    ['nothing', [], []],
  ])('%s is no difference', (_, events, entries) => expect(compared(events, entries)).toEqual([[], 0]))
})

describe('what differs', () => {
  test.each<readonly [string, readonly PaymentEvent[], readonly BookEntry[], string]>([
    ['charge-unknown-here', [], [charge({ key: 'o9/1', orderId: 'o9' })], 'o9/1'],
    ['charge-unknown-here', [], [charge({ key: 'pi_123', orderId: 'pi_123', number: 0 })], 'pi_123'],
    ['charge-unknown-here', [asked, captured], [charge(), charge({ key: 'o1/2', number: 2 })], 'o1/2'],
    ['charged-twice', [asked, captured], [charge(), charge({ reference: 'ch-2' })], 'o1/1'],
    ['capture-missing-here', [asked, paymentDeclined('o1', 1, 1_000)], [charge()], 'o1/1'],
    ['capture-missing-here', [asked], [charge()], 'o1/1'],
    ['capture-missing-there', [asked, captured], [], 'o1/1'],
    ['capture-missing-there', [asked, captured], [charge({ status: 'declined', reference: null })], 'o1/1'],
    ['decline-missing-here', [asked], [charge({ status: 'declined', reference: null })], 'o1/1'],
    ['charge-amount', [asked, captured], [charge({ amount: eur(1_001) })], 'o1/1'],
    ['charge-amount', [asked, captured], [charge({ amount: { amount: 1_000, currency: 'USD' } })], 'o1/1'],
    ['charge-reference', [asked, captured], [charge({ reference: 'ch-2' })], 'o1/1'],
    ['refund-unknown-here', [asked, captured], [charge(), back()], 'o1/r1'],
    ['refund-missing-here', [asked, captured, refund], [charge(), back()], 'o1/r1'],
    ['refund-settled-here', [asked, captured, refund, refundFailed('o1', 1, 400)], [charge(), back()], 'o1/r1'],
    ['refund-missing-there', [asked, captured, refund, refunded], [charge()], 'o1/r1'],
    ['refund-waits', [asked, captured, refund], [charge()], 'o1/r1'],
    ['refund-amount', [asked, captured, refund, refunded], [charge(), back({ amount: eur(500) })], 'o1/r1'],
    ['refund-reference', [asked, captured, refund, refunded], [charge(), back({ reference: 're-2' })], 'o1/r1'],
    ['reversal-missing-here', [asked, captured], [charge(), reversal()], 'o1/1'],
  ])('is told: %s', (kind, events, entries, key) => expect(compared(events, entries)).toEqual([[[kind, key]], 0]))

  test('of a reversal is that it is missing there, or the amount', () => {
    const here = [
      ...[asked, captured, refundRequested('o1', 1, 400, provider)],
      paymentRefunded('o1', 1, 400, { ...provider, reference: 'dp-1' }),
    ]
    expect(compared(here, [charge()])).toEqual([[['reversal-missing-there', 'o1/1']], 0])
    expect(compared(here, [charge(), reversal({ amount: eur(900) })])).toEqual([[['reversal-amount', 'o1/1']], 0])
  })
})

describe('what is under way is no difference', () => {
  const soon = { now: NOON + UNDER_WAY_MS - 1 }

  test('an outcome that is not recorded yet', () => {
    expect(compared([asked], [charge()], soon)).toEqual([[], 1])
    expect(compared([asked, captured, refund], [charge(), back()], soon)).toEqual([[], 1])
    expect(compared([asked, captured, refund], [charge()], soon)).toEqual([[], 1])
  })

  test('an outcome that was recorded after the book was read', () => {
    expect(compared([asked, captured], [], { before: 1 })).toEqual([[], 1])
    expect(compared([asked, captured, refund, refunded], [charge()], { before: 3 })).toEqual([[], 1])
  })
})
