/** Whether there is a simulated carrier is a setting (DELIVERY_SIMULATION). */
import { expect, test } from 'vitest'
import { serviceHere } from '../support/service-here.ts'

test('where simulated deliveries are off, no such reactor is there, and nothing is dispatched', async () => {
  const service = await serviceHere({ env: { DEMO_ORDERS: '0', DELIVERY_SIMULATION: 'off' } })
  try {
    const { items } = (await (await fetch(`${service.url}/reactors`)).json()) as { items: { name: string }[] }
    expect(items.map(({ name }) => name)).not.toContain('deliveries')
    const paused = await fetch(`${service.url}/reactors/deliveries/pause`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' },
    })
    expect(paused.status).toBe(404)
  } finally {
    await service.stop()
  }
})
