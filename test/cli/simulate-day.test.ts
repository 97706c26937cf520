/** A day of a shop where customers pay at a gateway and the day plays the carrier. */
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { runCommand } from '../support/run-command.ts'
import { serviceHere } from '../support/service-here.ts'

const SHOP = { EFFECTS: 'on', PAYMENT_GATEWAY_URL: 'simulator', DELIVERY_SIMULATION: 'off' }

interface Day {
  readonly lives: Readonly<Record<'paid' | 'cancelled' | 'delivered' | 'userEvents', number>>
}

test('a simulated day places all its orders, and plays their lives', async () => {
  const service = await serviceHere({ env: SHOP })
  try {
    // Ten seconds: time in which a busy machine answers, too.
    const day = await runCommand(
      service.dataDir,
      'simulate',
      'day',
      '-n',
      '100',
      '--speed',
      '8000',
      '--seed',
      '3',
      '--json',
    )
    expect(day.code).toBe(0)
    expect(day.json()).toMatchObject({ seed: 3, sent: 100, failed: 0, invalid: 0 })
    const { lives } = day.json() as Day
    const count = async (path: string) =>
      ((await (await fetch(`${service.url}${path}&limit=200`)).json()) as { readonly items: readonly unknown[] }).items
        .length
    expect(lives.paid).toBeGreaterThan(50)
    expect(lives.delivered).toBeGreaterThan(0)
    await eventually(async () => (await count('/deliveries?status=delivered')) === lives.delivered)
    // Each order with its views, carts and checkout, and as many who only look.
    expect(lives.userEvents).toBeGreaterThan(500)
    await eventually(async () => {
      const sessions = (await (await fetch(`${service.url}/behaviour/sessions`)).json()) as { readonly events: number }
      return sessions.events === lives.userEvents
    })
    await eventually(async () => (await count('/orders?status=cancelled')) === lives.cancelled)
  } finally {
    await service.stop()
  }
})

test('a day without a gateway leaves its orders unpaid, and says so', async () => {
  const service = await serviceHere({ env: { DELIVERY_SIMULATION: 'off' } })
  try {
    const day = await runCommand(
      service.dataDir,
      'simulate',
      'day',
      '-n',
      '40',
      '--speed',
      '100000',
      '--seed',
      '3',
      '--json',
    )
    expect(day.code).toBe(0)
    expect(day.json()).toMatchObject({
      ...{ sent: 40, failed: 0 },
      lives: { refused: { 'gateway-not-configured': expect.any(Number) as number } },
    })
  } finally {
    await service.stop()
  }
})
