/**
 * Processes that are asked to stop under load: how long the work of each stands still until another one does it. The
 * seconds are printed, for docs/reliability.md.
 */
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RELAY_READERS } from '../../kafka/relay/relay-target.ts'
import { openPool } from '../../store/postgres/database.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { inboundOrder, INBOUND_CUSTOMERS } from './inbound-orders.ts'
import { startRecords, type RecordLoad } from './record-load.ts'
import { registerCustomers } from './shop.ts'
import { openShopOnKafka, type ShopOnKafka, type ShopProcess } from './shop-on-kafka.ts'
import { startLoad, type SteadyLoad } from './steady-load.ts'
import { testKafka } from '../support/kafka.ts'

const kafka = await testKafka()

const PLAN = { products: 20, stock: 10_000_000 }
const ROUNDS = 1
/** Ten times what is promised. */
const MOST_SECONDS = 20
const SAMPLE_MS = 10

/** How far each of several went: a relay, a projection, a partition. */
type Progress = readonly string[]

interface Kind {
  readonly role: 'api' | 'relay' | 'projector'
  readonly sql: string
}

const kinds: Readonly<Record<string, Kind>> = {
  relay: {
    role: 'relay',
    sql: `select min(position) as position from log.checkpoints where starts_with(reader, '${RELAY_READERS}')`,
  },
  projector: {
    role: 'projector',
    sql: `select c.position from views.projections p join views.checkpoints c
      on c.projection = p.name and c.generation = p.live_generation order by p.name`,
  },
  'orders over Kafka': {
    role: 'api',
    sql: 'select record_offset as position from log.inbound_offsets order by partition',
  },
}

describe.skipIf(kafka === null)('a process that is asked to stop', () => {
  if (kafka === null) return
  let database: TestDatabase
  let pool: pg.Pool
  let shop: ShopOnKafka
  let load: SteadyLoad
  let records: RecordLoad

  beforeAll(async () => {
    database = await testDatabase()
    pool = openPool(database.url, { name: 'test', max: 2 })
    const roles = ['api', 'api', 'relay', 'relay', 'projector', 'projector']
    shop = await openShopOnKafka({ databaseUrl: database.url, settings: kafka.settings('over.'), plan: PLAN, roles })
    const apis = shop.having('api')
    await registerCustomers(apis[0]?.supervisor.url ?? '', INBOUND_CUSTOMERS)
    let turn = 0
    const url = () => apis[turn++ % apis.length]?.supervisor.url ?? ''
    load = startLoad({ label: 'over', plan: PLAN, perSecond: 20, url })
    records = startRecords({ settings: shop.settings, perSecond: 20, record: (number) => inboundOrder(number) })
  }, 240_000)

  afterAll(async () => {
    await records?.stop()
    await load?.stop().catch(() => undefined)
    await shop?.stop()
    await pool?.end()
    await database?.drop()
  })

  test.each(Object.entries(kinds))(
    'hands %s over',
    async (name, { role, sql }) => {
      const read = async () => {
        const { rows } = await pool.query<{ position: string }>(sql)
        return rows.map(({ position }) => position)
      }
      const seconds: number[] = []
      for (let round = 0; round < ROUNDS; round++) {
        await eventually(() => everyone(shop, role), { timeout: 120_000 })
        const { supervisor } = await working(shop, role)
        const watch = watchProgress(read)
        // Stopped whatever happens: a watcher that outlived its test would read from a pool that has ended.
        try {
          await supervisor.whileAway(() => watch.moved())
        } finally {
          seconds.push(await watch.stop())
        }
      }
      console.log(`${name}: stood still for ${seconds.map((each) => each.toFixed(2)).join(', ')} s`)
      expect(Math.max(...seconds)).toBeLessThan(MOST_SECONDS)
    },
    400_000,
  )
})

/** Whether all are there to take over; of those that share the work, whether each has some. */
async function everyone(shop: ShopOnKafka, role: Kind['role']): Promise<boolean> {
  const answers = await Promise.all(
    shop.having(role).map(async ({ supervisor }) => (await fetch(new URL('/readyz', supervisor.url))).text()),
  )
  return answers.every((answer) => answer.startsWith('{"status":"ready"') && !/"detail":"/.test(answer))
}

function working(shop: ShopOnKafka, role: Kind['role']): Promise<ShopProcess> {
  return eventually(() => (role === 'api' ? (shop.having(role)[0] ?? null) : shop.working(role)), { timeout: 120_000 })
}

/** Looks again and again; work comes all the time, so who does not move stands still. */
function watchProgress(read: () => Promise<Progress>) {
  const lastMoved: number[] = []
  let longest = 0
  let last: Progress = []
  let stopped = false
  const watching = (async () => {
    while (!stopped) {
      const now = await read()
      const at = performance.now()
      now.forEach((position, index) => {
        if (position === last[index]) return
        if (index < last.length) longest = Math.max(longest, at - (lastMoved[index] ?? at))
        lastMoved[index] = at
      })
      last = now
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS))
    }
  })()
  return {
    /** Resolves when each has moved twice after the call: once may still be what was under way. */
    async moved(): Promise<void> {
      for (let times = 0; times < 2; times++) {
        const since = performance.now()
        await eventually(() => lastMoved.length > 0 && lastMoved.every((at) => at > since), { timeout: 120_000 })
      }
    },
    /** Resolves with the longest standstill of any, in seconds. */
    async stop(): Promise<number> {
      stopped = true
      await watching
      return longest / 1_000
    },
  }
}
