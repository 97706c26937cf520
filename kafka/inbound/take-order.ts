/** One record of `order-commands`, from its bytes to the commit. The consumer and whoever tries a parked one again share it. */
import { traceIdOf } from '../../commands/correlation.ts'
import { summaryOf } from '../../commands/faults.ts'
import { placeOrderCommand, placeOrderRequest, type WantedOrder } from '../../commands/order.ts'
import type { ShopSettings } from '../../commands/shop-settings.ts'
import type { Decision, Read } from '../../domain/decision.ts'
import { placeOrder, type PlaceOrderRefusal } from '../../domain/place-order.ts'
import { DecodeError, EncodeError } from '../../schemas/codec-errors.ts'
import { RegistryFailure } from '../../contract/registry/schema-registry.ts'
import { StoreFailure, type Command, type Executor } from '../../store/commit/command.ts'
import { sqlState, verdictOf } from '../../store/postgres/sqlstate.ts'
import { commandKey, derivedOrderId, identityOf } from './command-key.ts'
import { defectOf, headerText, type InboundRecord, type RecordFault } from './inbound-record.ts'

export interface TakingParts {
  readonly executor: Executor
  readonly shop: ShopSettings
  /** An order in Avro, framed. */
  readonly readAvro: (message: Buffer) => unknown
  /** Sees to it that the schema of one is known; rejects while the registry is away. */
  readonly learnAvro: (message: Buffer) => Promise<void>
}

/** What became of a record: decided (also when the order was refused, which is an event), or why it cannot be. */
export type Taken = TakenOrder | RecordFault

export interface TakenOrder {
  readonly orderId: string
  /** The reason; null: it was placed. */
  readonly refused: string | null
}

/** As POST /orders bounds its body. */
const MAX_VALUE_BYTES = 65_536
const MAX_HEADERS = 100

/** Rejects only with what passes by itself (isPassing): then nothing is known to be wrong with the record. */
export async function takeOrder(record: InboundRecord, parts: TakingParts): Promise<Taken> {
  await learnSchema(record, parts)
  const asked = orderCommand(record, parts)
  if ('class' in asked) return asked
  const { orderId, command } = asked
  try {
    return takenOf(orderId, await parts.executor.execute(command))
  } catch (error) {
    if (isPassing(error)) throw error
    return faultOf(error)
  }
}

/** Before an order is read. Rejects while the registry is away. */
export async function learnSchema(
  { value }: InboundRecord,
  { learnAvro }: Pick<TakingParts, 'learnAvro'>,
): Promise<void> {
  if (value !== null && value.length <= MAX_VALUE_BYTES) await learnAvro(value)
}

/** What came of a command, or would. */
type Settled =
  | { readonly outcome: 'accepted' | 'key-reused' }
  | { readonly outcome: 'refused'; readonly refusal: PlaceOrderRefusal }
  | { readonly outcome: 'known'; readonly answer: string | null }

export function takenOf(orderId: string, settled: Settled): Taken {
  switch (settled.outcome) {
    case 'accepted':
      return { orderId, refused: null }
    case 'refused':
      return refused(orderId, settled.refusal.reason)
    case 'known':
      return settled.answer === null ? { orderId, refused: null } : refused(orderId, settled.answer)
    case 'key-reused':
      return { class: settled.outcome, message: 'this ce_id of this ce_source was used before for another order' }
  }
}

/** A recorded refusal is an event; one that left no trace would be heard by nobody. */
function refused(orderId: string, reason: string): Taken {
  if (reason !== 'order-exists') return { orderId, refused: reason }
  return { class: reason, message: `order ${orderId} exists with another customer or other lines` }
}

export interface AskedOrder {
  readonly orderId: string
  readonly command: Command<PlaceOrderRefusal>
}

/** The command of a record, or what is wrong with it. Throws only what passes by itself. */
export function orderCommand(record: InboundRecord, parts: Omit<TakingParts, 'executor'>): AskedOrder | RecordFault {
  try {
    return askedOrder(record, parts)
  } catch (error) {
    if (isPassing(error)) throw error
    return faultOf(error)
  }
}

function askedOrder(record: InboundRecord, parts: Omit<TakingParts, 'executor'>): AskedOrder | RecordFault {
  const identity = identityOf(record)
  if ('class' in identity) return identity
  const wanted = wantedOrder(record, parts)
  if ('class' in wanted) return wanted
  const { shop } = parts
  const commandId = shop.newId()
  const order = placeOrderCommand(wanted, { ...shop, newId: () => derivedOrderId(identity) })
  const command = {
    decide: (read: Read) => placeOrder(order, read),
    // Kept with the key of the record, for when it comes again: why its order was refused.
    answer: (decision: Decision<PlaceOrderRefusal>) =>
      decision.outcome === 'refused' ? decision.refusal.reason : null,
    key: commandKey(identity, wanted),
    commandId,
    correlationId: traceIdOf(headerText(record, 'traceparent')) ?? commandId,
    causationId: null,
  }
  return { orderId: order.orderId, command }
}

/** Whether an error says that the store or the registry is away, and nothing about the command. */
export function isPassing(error: unknown): boolean {
  if (error instanceof RegistryFailure) return error.retriable
  return error instanceof StoreFailure || (sqlState(error) !== null && verdictOf(error, 'appending') !== 'refused')
}

/** Why a command cannot be executed, whoever asks. */
export function faultOf(error: unknown): RecordFault {
  return error instanceof EncodeError ? { class: 'unencodable', message: error.message } : defectOf(error)
}

function wantedOrder(record: InboundRecord, { readAvro }: Pick<TakingParts, 'readAvro'>): WantedOrder | RecordFault {
  const { value, headers } = record
  if (value === null)
    return { class: 'no-value', message: 'the record has no value, and a record cannot delete an order' }
  const size = value.length
  if (size === 0) return { class: 'empty-value', message: 'the value is empty' }
  if (size > MAX_VALUE_BYTES) return tooLarge(`the value has ${String(size)} bytes`, MAX_VALUE_BYTES)
  if (headers.length > MAX_HEADERS) return tooLarge(`the record has ${String(headers.length)} headers`, MAX_HEADERS)
  const read = readValue(value, readAvro)
  if (isFault(read)) return read.fault
  const checked = placeOrderRequest.check(read.value)
  if ('faults' in checked) return { class: 'invalid-request', message: summaryOf('body', checked.faults) }
  return checked.wanted
}

/** Passes over a byte order mark. */
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** What a value says, in JSON or in Avro; of no order yet. */
export function readValue(
  value: Buffer,
  readAvro: (message: Buffer) => unknown,
): { readonly value: unknown } | { readonly fault: RecordFault } {
  // No JSON begins with a zero byte, and every framed message does.
  if (value[0] === 0) {
    try {
      return { value: readAvro(value) }
    } catch (error) {
      return { fault: error instanceof DecodeError ? { class: error.code, message: error.message } : faultOf(error) }
    }
  }
  try {
    return { value: JSON.parse(utf8.decode(value)) }
  } catch (error) {
    // A TypeError is the decoder's.
    const what = error instanceof TypeError ? 'UTF-8' : 'JSON'
    return { fault: { class: 'invalid-json', message: `the value is not framed Avro and not ${what}` } }
  }
}

function isFault(read: ReturnType<typeof readValue>): read is { readonly fault: RecordFault } {
  return 'fault' in read
}

function tooLarge(what: string, most: number): RecordFault {
  return { class: 'too-large', message: `${what}, more than the limit of ${String(most)}` }
}
