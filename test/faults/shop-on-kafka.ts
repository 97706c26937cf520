/** A shop in several processes on one database and one cluster, each process started again whenever it ends. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { RELAY_READERS } from '../../kafka/relay/relay-target.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import { eventually } from '../support/eventually.ts'
import { runCommand } from '../support/run-command.ts'
import { makeDataDir } from '../support/service.ts'
import { openShop, type ShopPlan } from './shop.ts'
import { Supervisor } from './supervisor.ts'

export interface ShopOnKafkaOptions {
  readonly databaseUrl: string
  readonly settings: KafkaSettings
  readonly plan: ShopPlan
  /** Of each process: what ROLES takes. */
  readonly roles: readonly string[]
  /** More variables of all of them, asked before each start. */
  readonly env?: () => Readonly<Record<string, string>>
}

export interface ShopProcess {
  readonly roles: string
  readonly supervisor: Supervisor
}

export interface ShopOnKafka {
  readonly databaseUrl: string
  readonly settings: KafkaSettings
  readonly processes: readonly ShopProcess[]
  /** Those that have this role. */
  having(role: string): readonly ShopProcess[]
  /** The one that does the work of this role now, a projector from Kafka; null: nobody, or it cannot be asked. */
  working(role: 'relay' | 'projector'): Promise<ShopProcess | null>
  /** Starts one more; `more` are variables of its own. */
  add(roles: string, more?: Readonly<Record<string, string>>): Promise<ShopProcess>
  /** An `orderledger` command beside this shop: its database, brokers and prefix are set. */
  command(...args: readonly string[]): ReturnType<typeof runCommand>
  /** The folder in which commands find them. */
  readonly dataDir: string
  /** Of the log. */
  head(): Promise<number>
  /** Everything up to here is on Kafka. */
  published(): Promise<number>
  /** Orders that were placed, by the beginning of their ids. */
  ordersOf(prefix: string): Promise<number>
  /** Resolves when everything up to the head of this moment is on Kafka and shown. */
  caughtUp(timeout?: number): Promise<void>
  stop(): Promise<void>
}

/** What a process says of itself: 1 while it does the work and the others stand by. */
const WORKS = { relay: 'relay_publishing', projector: 'feed_from_kafka' } as const

export async function openShopOnKafka(options: ShopOnKafkaOptions): Promise<ShopOnKafka> {
  const { databaseUrl, settings, plan, env = () => ({}) } = options
  const variables = {
    DATABASE_URL: databaseUrl,
    KAFKA_BROKERS: settings.brokers.join(','),
    TOPIC_PREFIX: settings.prefix,
  }
  const commands = makeDataDir()
  const dotEnv = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`)
  writeFileSync(join(commands.path, '.env'), dotEnv.join(''))
  const folders = [commands]
  const processes: ShopProcess[] = []
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 })
  pool.on('error', () => undefined) // the database is made to fall over, too

  async function add(roles: string, more: Readonly<Record<string, string>> = {}): Promise<ShopProcess> {
    const data = makeDataDir()
    folders.push(data)
    const own = { ...variables, ROLES: roles, ...more }
    const supervisor = new Supervisor({ dataDir: data.path, env: () => ({ ...own, ...env() }) })
    const added = { roles, supervisor }
    processes.push(added)
    await supervisor.start()
    return added
  }

  const having = (role: string) => processes.filter(({ roles }) => roles === 'all' || roles.split(',').includes(role))
  const head = async () => {
    const { rows } = await pool.query<{ position: string }>('select position from log.log_head')
    return Number(rows[0]?.position ?? 0)
  }

  const published = async () => {
    const { rows } = await pool.query<{ position: string }>(
      `select min(position) as position from log.checkpoints where starts_with(reader, $1)`,
      [RELAY_READERS],
    )
    return Number(rows[0]?.position ?? 0)
  }

  const shop: ShopOnKafka = {
    databaseUrl,
    settings,
    processes,
    having,
    add,
    head,
    published,
    dataDir: commands.path,
    command: (...args) => runCommand(commands.path, ...args),

    async working(role) {
      for (const process of having(role)) {
        if ((await metric(process.supervisor.url, WORKS[role])) === 1) return process
      }
      return null
    },

    async ordersOf(prefix) {
      const { rows } = await pool.query<{ count: string }>(
        `select count(*) from log.events where type = 'OrderPlaced' and starts_with(stream, $1)`,
        [`order-${prefix}`],
      )
      return Number(rows[0]?.count)
    },

    async caughtUp(timeout = 120_000) {
      const due = await eventually(head)
      await eventually(async () => (await behind(pool, due)).length === 0, { timeout }).catch(
        async (error: unknown) => {
          const late = await behind(pool, due)
          throw new Error(`behind ${String(due)}: ${JSON.stringify(late)}`, { cause: error })
        },
      )
    },

    async stop() {
      for (const { supervisor } of processes) if (supervisor.runs) supervisor.service.signal('SIGCONT')
      await Promise.allSettled(processes.map(({ supervisor }) => supervisor.stop()))
      await pool.end()
      for (const folder of folders) folder.remove()
    },
  }

  try {
    const created = await shop.command('topics', 'create')
    if (created.code !== 0) throw new Error(`the topics were not created:\n${created.stdout}${created.stderr}`)
    for (const roles of options.roles) await add(roles)
    await openShop(having('api')[0]?.supervisor.url ?? '', plan)
    return shop
  } catch (error) {
    await shop.stop()
    throw error
  }
}

/** Stops them all, does something while they are away, and starts them again. */
export async function whileAllAway(processes: readonly ShopProcess[], work: () => Promise<void>): Promise<void> {
  let here = processes.length
  let allGone = (): void => undefined
  const working = new Promise<void>((resolve) => (allGone = resolve)).then(work)
  const away = processes.map(({ supervisor }) =>
    supervisor.whileAway(() => {
      here -= 1
      if (here === 0) allGone()
      return working
    }),
  )
  await Promise.all(away)
}

/** The relay and the projections that have not come to a position of the log yet. */
async function behind(pool: pg.Pool, due: number): Promise<readonly { readonly reader: string }[]> {
  const { rows } = await pool.query<{ reader: string; position: string }>(
    // Reactors run in no process here.
    `select reader, position from log.checkpoints where position < $1 and not starts_with(reader, 'reactor ')
    union all select p.name, c.position from views.projections p
      join views.checkpoints c on c.projection = p.name and c.generation = p.live_generation where c.position < $1`,
    [due],
  )
  return rows
}

/** One number of a process's metrics; null: it cannot be asked, or has not got it. */
export async function metric(url: string, name: string): Promise<number | null> {
  try {
    const response = await fetch(new URL('/metrics', url), { signal: AbortSignal.timeout(1_000) })
    const line = (await response.text()).split('\n').find((each) => each.startsWith(`${name} `))
    return line === undefined ? null : Number(line.slice(name.length + 1))
  } catch {
    return null
  }
}
