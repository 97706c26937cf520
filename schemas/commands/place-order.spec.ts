import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodePlaceOrder, encodePlaceOrder, placeOrderSchema } from './place-order.ts'

describe('PlaceOrder in Avro', () => {
  test('is what was published: others have it by its text', () => {
    const fingerprint = createHash('sha256').update(JSON.stringify(placeOrderSchema)).digest('hex')
    expect(fingerprint).toBe('2416fddf68260d806257c5c4a4b1b4ff78c68107cf6bdacedadfc542a7fc302a')
  })

  test('comes back as it was', () => {
    const key = fc.option(fc.string())
    const order = fc.record({
      orderId: fc.option(fc.string()),
      customerId: fc.string(),
      lines: fc.array(fc.record({ sku: fc.string(), quantity: fc.integer() })),
      ...{ card: key, device: key, address: key, network: key, cardRegion: key },
    })
    fc.assert(
      fc.property(order, (value) => {
        expect(decodePlaceOrder(encodePlaceOrder(value))).toEqual(value)
      }),
    )
  })

  test('is never taken from bytes that are anything else, whatever they claim', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          expect(encodePlaceOrder(decodePlaceOrder(bytes)).length).toBeLessThanOrEqual(bytes.length)
        } catch (error) {
          expect(error).toMatchObject({ code: 'undecodable-command' })
        }
      }),
    )
  })
})
