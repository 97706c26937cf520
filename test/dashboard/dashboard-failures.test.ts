/** What people do on the pages of failures, in a real browser on a real shop. */
import type pg from 'pg'
import { eventually } from '../support/eventually.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deadLetter, type ArrivedRecord, type RecordFault } from '../../kafka/inbound/inbound-record.ts'
import { openPool } from '../../store/postgres/database.ts'
import { advancePartition, claimPartition } from '../../kafka/inbound/inbound-offsets.ts'
import { dashboardShop } from './dashboard-shop.ts'

const HOSTILE = `<img src=x onerror="alert(1)"></td><script>alert(2)</script>&quot;\u202e`

const shop = await dashboardShop({ demoOrders: 20 })

describe.skipIf(shop.browser === null)('on the pages of failures', () => {
  let pool: pg.Pool

  beforeAll(() => {
    pool = openPool(shop.service.databaseUrl, { name: 'test', max: 1 })
  })
  afterAll(() => pool.end())

  /** As the consumer parks them; each call is a partition of its own. */
  async function park(partition: number, values: readonly (Buffer | string | null)[], fault: RecordFault) {
    const place = { topic: 'order-commands', partition }
    await claimPartition(pool, place, '0190a0a0-0000-7000-8000-000000000001')
    const letters = values.map((value, offset) => {
      const record: ArrivedRecord = {
        ...place,
        offset,
        timestamp: Date.UTC(2026, 10, 27, 8),
        key: Buffer.from('c-0001'),
        value: value === null ? null : Buffer.from(value),
        headers: [[Buffer.from(HOSTILE), Buffer.from(HOSTILE)]],
        ...{ fault: null, batchFrom: null },
      }
      return deadLetter(record, fault)
    })
    await advancePartition(pool, place, { from: null, to: letters.at(-1)?.record ?? null, letters })
  }
  const openCause = async (name: string) => {
    await shop.go('failures')
    await shop.page.getByRole('table', { name: 'Causes' }).getByRole('link', { name, exact: true }).click()
    await shop.page.getByRole('heading', { level: 1, name }).waitFor()
  }

  test('a read model that has stopped for good is named on top of every page', async () => {
    const failure = { code: 'not-shown', message: 'no such column', position: 7 }
    await pool.query("update views.projections set failure = $1 where name = 'sales'", [JSON.stringify(failure)])
    for (const page of [
      'dashboard',
      'orders',
      'payments',
      'deliveries',
      'products',
      'projections',
      'kafka',
      'failures',
      'schemas',
      'no-such-page',
    ]) {
      await shop.go(page)
      await shop.page.getByRole('alert').getByText('sales (position 7: no such column)').waitFor()
    }
    expect(await shop.opened.violations()).toEqual([])
    await pool.query("update views.projections set failure = null where name = 'sales'")
    await shop.page.getByRole('alert').waitFor({ state: 'detached' })
  })

  test('a shop without failures says what to type', async () => {
    await shop.go('failures')
    await shop.page.getByText('No record from Kafka has failed. Try npx orderledger poison').waitFor()
    expect(await shop.opened.violations()).toEqual([])
  })

  test('a cause is retried: the dry run says what would happen, and then it happens', async () => {
    const { items } = (await (await fetch(`${shop.service.url}/orders?limit=1&status=placed`)).json()) as {
      readonly items: readonly { readonly customerId: string; readonly lines: readonly { readonly sku: string }[] }[]
    }
    const { customerId = '', lines: [{ sku = '' } = {}] = [] } = items[0] ?? {}
    const order = (orderId: string, lines: number) => {
      const all = Array.from({ length: lines }, () => ({ sku, quantity: lines === 1 ? 1 : 10_000 }))
      return JSON.stringify({ orderId, customerId, lines: all })
    }
    await park(0, [order('again-1', 1), order('again-2', 100), 'no order'], { class: 'defect', message: 'mended' })
    await pool.query("update log.dead_letters set key = null where class = 'defect'")
    await openCause('Defect')
    await shop.page.getByRole('button', { name: 'Retry all…' }).click()
    const dialog = shop.page.getByRole('dialog', { name: 'Retry 3 records?' })
    await dialog.getByText('Would succeed: 1 of 3; 1 would be rejected, 1 would stay parked.').waitFor()
    expect((await fetch(`${shop.service.url}/orders/again-1`)).status).toBe(404)
    expect(await shop.opened.violations()).toEqual([])
    await dialog.getByRole('button', { name: 'Retry' }).click()
    await shop.page.getByText('Succeeded: 1 of 3; 1 were rejected, 1 stay parked.').waitFor()
    await shop.page.getByText('1 parked, 2 retried, 0 discarded').waitFor()
    await eventually(async () => (await fetch(`${shop.service.url}/orders/again-1`)).status === 200)
    expect(shop.opened.errors).toEqual([])
  })

  test('a cause is discarded after a question that names how many', async () => {
    await park(1, ['x', 'y'], { class: 'invalid-json', message: HOSTILE })
    await openCause('Invalid json')
    await shop.page.getByRole('button', { name: 'Discard all' }).click()
    const dialog = shop.page.getByRole('dialog', { name: 'Discard 2 records?' })
    await dialog.getByRole('button', { name: 'Discard 2 records' }).click()
    await shop.page.getByText('0 parked, 0 retried, 2 discarded').waitFor()
    expect(await shop.page.getByRole('button', { name: 'Discard all' }).count()).toBe(0)
    expect(shop.opened.errors).toEqual([])
  })

  test('a record shows what it says, its bytes, its headers and its history, whatever others wrote into it', async () => {
    await park(2, [Buffer.from([0, 255, 60, 62])], { class: 'unframed-message', message: HOSTILE })
    await openCause('Unframed message')
    await shop.page.getByRole('link', { name: 'order-commands 2/0' }).click()
    await shop.page.getByText('The value is not text, and not an order in JSON or Avro.').waitFor()
    await shop.page.getByLabel('The value in hex').getByText('0000 00 ff 3c 3e ..<>').waitFor()
    await shop.page.getByRole('row').getByText(HOSTILE.slice(0, 20)).first().waitFor()
    await shop.page.getByRole('button', { name: 'Retry…' }).click()
    await shop.page.getByRole('dialog').getByText('Would succeed: 0 of 1; 1 would stay parked.').waitFor()
    await shop.page.getByRole('dialog').getByRole('button', { name: 'Retry' }).click()
    await shop.page.getByRole('table', { name: 'Actions on this record, oldest first' }).waitFor()
    await shop.page.getByRole('button', { name: 'Discard' }).click()
    await shop.page.getByRole('button', { name: 'Discard 1 record' }).click()
    await shop.page.getByRole('definition').getByText('Discarded').waitFor()
    expect(await shop.page.locator('img, script[src=x]').count()).toBe(1)
    expect(await shop.opened.violations()).toEqual([])
    expect(shop.opened.errors).toEqual([])
  })

  test('a record that does not exist is reported as missing', async () => {
    await shop.go('failures/99999')
    await shop.page.getByRole('alert').getByText('no dead letter has the id 99999').waitFor()
  })
})
