import { describe, expect, test } from 'vitest'
import {
  NOON,
  orderCancelled,
  orderCompleted,
  orderConfirmed,
  orderExpired,
  orderLine,
  orderPlaced,
} from '../../domain/test-events.ts'
import { encode } from '../../schemas/codec.ts'
import type { DomainEvent } from '../../schemas/events.ts'
import type { PageEvent } from '../../store/log/read-page.ts'
import { expireOrders } from '../expire-orders.ts'
import { readEvent, stretchOf, wakesOf } from './read-stretch.ts'

const LINES = [orderLine('A1', 1)]
const DUE = NOON + 900_000

function stored(position: number, orderId: string, event: DomainEvent): PageEvent {
  return { position, stream: `order-${orderId}`, id: `id-${String(position)}`, recordedAt: NOON, ...encode(event) }
}

function placed(position: number, orderId: string, reservedUntil: number | null = DUE): PageEvent {
  return stored(position, orderId, orderPlaced(orderId, LINES, { reservedUntil }))
}

function read(events: readonly PageEvent[], end = events.at(-1)?.position ?? 0) {
  return stretchOf(expireOrders, events.map(readEvent), { from: 0, to: end, actedTo: 0, tallies: null })
}

describe('what a stretch of the log says to expire-orders', () => {
  test('is when each order is due, by the event that says so', () => {
    const { stretch } = read([placed(1, 'o1'), placed(3, 'o2', DUE + 1)], 4)
    expect(stretch).toEqual({
      from: 0,
      to: 4,
      due: [
        { stream: 'order-o1', position: 1, part: 0, cause: 'id-1', detail: null, dueAt: DUE },
        { stream: 'order-o2', position: 3, part: 0, cause: 'id-3', detail: null, dueAt: DUE + 1 },
      ],
      over: [],
    })
  })

  test('is nothing of an order that is reserved for ever', () => {
    expect(read([placed(1, 'o1', null)]).stretch).toEqual({ from: 0, to: 1, due: [], over: [] })
  })

  test.each([orderConfirmed, orderCancelled, orderExpired, orderCompleted])(
    'is that nothing is left to do for an order after %o',
    (after) => {
      const { stretch } = read([placed(1, 'o1'), placed(2, 'o2'), stored(3, 'o1', after('o1', LINES))])
      expect(stretch.due.map(({ stream }) => stream)).toEqual(['order-o2'])
      expect(stretch.over).toEqual(['order-o1'])
    },
  )

  test('ends before an event that it cannot read, with the reason', () => {
    const broken = { ...placed(2, 'o2'), data: Buffer.from([1]) }
    const { stretch, failure } = read([placed(1, 'o1'), broken, placed(3, 'o3')])
    expect(stretch).toMatchObject({ to: 1, due: [{ stream: 'order-o1' }] })
    expect(failure).toMatchObject({ code: 'undecodable-event', position: 2 })
  })

  test('ends before an event of a type that this release does not know: it may concern anybody', () => {
    const { stretch, failure } = read([{ ...placed(5, 'o1'), type: 'OrderForgiven' }])
    expect(stretch.to).toBe(4)
    expect(failure).toMatchObject({ code: 'unknown-event-type', position: 5 })
  })
})

describe('a notice of an append', () => {
  const urgent = { ...expireOrders, gathers: false }

  test('wakes nobody where what is urgent wants none of its events', () => {
    expect(wakesOf([urgent])(['StockReserved', 'StockReceived'])).toBe(false)
    expect(wakesOf([expireOrders])(['OrderPlaced', 'StockReserved'])).toBe(false)
  })

  test.each([[['StockReserved', 'OrderPlaced']], [['OrderForgiven']], [[]]])(
    'wakes where %j may be wanted: a type that this release does not know, and what is not said, too',
    (types) => {
      expect(wakesOf([expireOrders, urgent])(types)).toBe(true)
    },
  )
})
