import { expect, test } from 'vitest'
import { producedLine } from './produced-line.ts'

function line(fields: object) {
  return producedLine({ number: 3, bytes: Buffer.from(JSON.stringify(fields)), tooLong: false })
}

test('a report of a carrier goes to its topic, keyed by order, without what is ours of the line', () => {
  const told = line({ type: 'delivery', id: 'scan-7', orderId: 'o1', action: 'fail', dispatch: 1, reason: 'away' })
  expect(told).toMatchObject({
    verdict: 'send',
    record: { topic: 'delivery-commands', key: 'o1', headers: { ce_id: 'scan-7' } },
  })
  const value = told.verdict === 'send' ? told.record.value : ''
  expect(JSON.parse(String(value))).toEqual({ orderId: 'o1', action: 'fail', dispatch: 1, reason: 'away' })
})

test('the same report at the same place of a file is one command, in its own property too', () => {
  const report = { orderId: 'o1', action: 'deliver' }
  const ids = [line({ type: 'delivery', ...report }), line({ type: 'Delivery_Report', body: report })].map((told) =>
    told.verdict === 'send' ? [told.record.topic, told.record.headers['ce_id']] : told,
  )
  expect(ids).toEqual([
    ['delivery-commands', expect.stringMatching(/^[0-9a-f]{16}-3$/)],
    ['delivery-commands', expect.stringMatching(/^[0-9a-f]{16}-3$/)],
  ])
})

test('a report without an order, and a fact that only we know, are told apart from it', () => {
  expect(line({ type: 'delivery', action: 'deliver' })).toMatchObject({ message: expect.stringContaining('"orderId"') })
  expect(line({ type: 'DeliveryDelivered', orderId: 'o1' })).toMatchObject({
    message: expect.stringContaining('records itself'),
  })
})
