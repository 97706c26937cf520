/** The page of Kafka in a real browser, on a real broker. */
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { openPage } from './dashboard-page.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { testKafka } from '../support/kafka.ts'
import { kafkaCommands, type KafkaCommands } from '../support/run-kafka-command.ts'
import { serviceHere, type ServiceHere } from '../support/service-here.ts'

vi.setConfig({ testTimeout: 200_000, hookTimeout: 200_000 })

const PREFIX = 'page-'

const browser = await openBrowser()
const kafka = browser === null ? null : await testKafka()

afterAll(async () => {
  await browser?.close()
})

describe.skipIf(kafka === null)('on the page of Kafka', () => {
  let database: TestDatabase
  let commands: KafkaCommands
  let service: ServiceHere
  const closing: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    if (kafka === null) return
    database = await testDatabase()
    commands = await kafkaCommands(kafka, PREFIX, { DATABASE_URL: database.url })
    service = await serviceHere({ dataDir: commands.dataDir, env: { ...commands.env, DEMO_ORDERS: '50' } })
    await commands.run('consume', 'orders', '-n', '1', '--group', 'analysts')
  })

  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
  })

  afterAll(async () => {
    await service?.stop()
    await commands?.close()
    await database?.drop()
  })

  test.each([
    ['light', 390],
    ['dark', 1280],
  ] as const)('brokers, topics, groups and readers are shown: %s, %i wide', async (colorScheme, width) => {
    if (browser === null) throw new Error('no browser')
    const options = { path: 'kafka', colorScheme, viewport: { width, height: 900 } }
    const opened = await openPage(browser, service.url, options)
    closing.push(opened.close)
    const { page } = opened
    const group = page.getByRole('row', { name: /^analysts/ })
    await group.locator('.chip', { hasText: 'STOPPED' }).waitFor()
    await page
      .getByRole('row', { name: /^Projection sales/ })
      .getByText('OK')
      .waitFor()
    await page.getByText('Controller').waitFor()
    const topic = page.getByRole('row', { name: new RegExp(`^${PREFIX}orders`) })
    await topic.getByText('7 days').waitFor()
    expect(await opened.violations()).toEqual([])
    await page.getByRole('link', { name: `${PREFIX}orders` }).click()
    await page.getByRole('heading', { level: 1, name: `${PREFIX}orders` }).waitFor()
    await page.getByText('OrderPlaced').first().click()
    await page.getByText('"customerId"').first().waitFor()
    expect(await opened.violations()).toEqual([])
    expect(opened.errors).toEqual([])
  })
})
