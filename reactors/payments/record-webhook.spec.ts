import { expect, test } from 'vitest'
import { paymentDeclined, paymentRequested } from '../../domain/test-events.ts'
import { on, recordingRead } from '../../domain/test-kit.ts'
import type { Addressed } from '../../domain/decision.ts'
import { recordWebhook } from './record-webhook.ts'

test('a reason of the provider that is one of ours is recorded as the gateway’s', async () => {
  const { read } = recordingRead({ 'payment-o1': [paymentRequested('o1', 1, 1_000)] })
  const recorded: Addressed[] = []
  const outcome = { status: 'declined', reason: 'cancelled' } as const
  const verdict = await recordWebhook(
    { kind: 'charge', key: 'order-o1/1', orderId: 'o1', attempt: 1, outcome },
    (decide) => {
      const decision = decide(read)
      recorded.push(...decision.events)
      return Promise.resolve(decision.outcome === 'refused' ? decision.refusal : null)
    },
  )
  expect(verdict).toBe('done')
  expect(recorded).toEqual(on('payment-o1', paymentDeclined('o1', 1, 1_000, { reason: 'gateway-cancelled' })))
})
