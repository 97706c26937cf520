/** Orders over Kafka, as an api process takes them. */
import { orderDesk } from '../api/order-desk.ts'
import { takeOrder } from '../kafka/inbound/take-order.ts'
import { OrderCommands } from '../kafka/order-commands.ts'
import type { KafkaSettings } from '../kafka/settings.ts'
import {
  lookUpPlaceOrder,
  placeOrderReader,
  PLACE_ORDER_SUBJECT,
  registerPlaceOrder,
} from '../registry/command-schema.ts'
import type { SchemaRegistry } from '../registry/schema-registry.ts'
import type { Executor } from '../store/command.ts'
import { openPool, WRITER_SETTINGS } from '../store/database.ts'
import { newId, systemClock } from './clock.ts'
import type { Config } from './config.ts'
import type { Log } from './log.ts'

export interface InboundOptions {
  readonly config: Config
  readonly settings: KafkaSettings
  readonly databaseUrl: string
  readonly registry: SchemaRegistry
  readonly executor: Executor
  readonly log: Log
}

export interface Inbound {
  start(): void
  /** Finishes the commands under way. */
  stop(): Promise<void>
}

export async function openInbound(options: InboundOptions): Promise<Inbound> {
  const { config, settings, databaseUrl, executor, log } = options
  const { currency, reservationMinutes } = config
  const parts = {
    executor,
    desk: orderDesk({ settings: { currency, reservationMinutes }, clock: systemClock }),
    readAvro: placeOrderReader(await placeOrderSchemaId(options)),
    newId,
  }
  const pool = openPool(databaseUrl, { name: 'inbound', max: 4, settings: WRITER_SETTINGS })
  const orders = new OrderCommands({
    settings,
    pool,
    holder: newId(),
    take: (record) => takeOrder(record, parts),
    onTaken: () => undefined,
    log,
    monotonic: () => performance.now(),
  })
  return {
    start: () => orders.start(),
    async stop() {
      await orders.stop()
      await pool.end()
    },
  }
}

async function placeOrderSchemaId({ config, registry, log }: InboundOptions): Promise<number | null> {
  if (config.schemaRegistryUrl === null) return registerPlaceOrder(registry)
  const id = await lookUpPlaceOrder(registry)
  if (id === null) {
    log.warn({ subject: PLACE_ORDER_SUBJECT }, 'the registry has not got it: orders in Avro are parked until it has')
  }
  return id
}
