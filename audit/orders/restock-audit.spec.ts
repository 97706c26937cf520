import { expect, test } from 'vitest'
import { NOON, orderRejected, restockAdvised } from '../../domain/test-events.ts'
import type { DomainEvent } from '../../schemas/events.ts'
import { spill, spillEverything } from '../../test/support/spill.ts'
import { auditRestocks } from './restock-audit.ts'

const HOUR = 3_600_000

interface Told {
  readonly event: DomainEvent
  readonly at: number
  readonly stream?: string
}

function refused(wanted: number, { sku = 'A', at = NOON, reason = 'out-of-stock' } = {}): Told {
  return { event: orderRejected('o1', { reason, shortages: [{ sku, wanted, available: 0 }] }), at }
}

function advised(orders: number, units: number, to = NOON + HOUR, sku = 'A'): Told {
  return { event: restockAdvised(sku, orders, units, to), at: NOON, stream: `inventory-${sku}` }
}

function audit(told: readonly Told[], memory = spill()) {
  const restocks = auditRestocks(memory)
  for (const [index, { event, at: recordedAt, stream = 'order-o1' }] of told.entries()) {
    const logged = { position: index + 1, version: 1, commandId: `command ${String(index)}`, recordedAt }
    restocks.see({ ...logged, stream }, event)
  }
  return restocks.finish()
}

const three = [refused(1), refused(2), refused(4)]

test.each<readonly [string, readonly Told[]]>([
  ['up to the refusal before it', [...three, advised(3, 7)]],
  ['up to an earlier one', [...three, advised(2, 3)]],
  ['its own hour', [refused(9, { at: NOON - 1 }), ...three, refused(9, { at: NOON + HOUR }), advised(3, 7)]],
  ['its own product', [refused(9, { sku: 'B' }), ...three, advised(3, 7)]],
  ['stock-outs alone', [refused(9, { reason: 'order-too-large' }), ...three, advised(3, 7)]],
  ['each hour apart', [...three, advised(3, 7), refused(5, { at: NOON + HOUR }), advised(1, 5, NOON + 2 * HOUR)]],
])('law 11: an advice that counts %s breaks no law', (_, told) => {
  const advices = told.filter(({ event }) => event.type === 'RestockAdvised').length
  expect(audit(told)).toEqual({ law: 11, name: 'restocks', counted: advices, breaches: 0, first: null })
  expect(audit(told, spillEverything())).toMatchObject({ breaches: 0 })
})

test.each<readonly [string, readonly Told[], string]>([
  [
    'of more orders than were refused',
    [...three, advised(4, 7)],
    'position 4: 4 refused orders, but 3 stand before it',
  ],
  ['that stands before what it counts', [refused(1), advised(2, 3), refused(2)], 'position 2: 2 refused orders, but 1'],
  ['of other units', [...three, advised(3, 8)], 'position 4: 8 units, but the first 3 refusals are of 7'],
  ['that is the second of its hour', [...three, advised(3, 7), advised(3, 7)], 'position 5: a second advice'],
  [
    'of half an hour',
    [...three, advised(3, 7, NOON + HOUR / 2)],
    'position 4, inventory-A: its advice is not about one clock hour',
  ],
  [
    'of another product',
    [...three, { ...advised(3, 7), stream: 'inventory-B' }],
    'position 4, inventory-B: its advice is',
  ],
])('law 11: an advice %s is found', (_, told, first) => {
  const check = audit(told)
  expect(check).toMatchObject({ breaches: 1 })
  expect(check.first).toContain(first)
})
