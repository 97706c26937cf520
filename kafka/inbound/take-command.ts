/** One record of a command topic, from its bytes to the commit. The consumers and retries of parked ones share it. */
import { traceIdOf } from '../../commands/correlation.ts'
import type { ShopSettings } from '../../commands/shop-settings.ts'
import type { Decision, Read } from '../../domain/decision.ts'
import { JudgeBusy } from '../../contract/judgement/judge-busy.ts'
import { RegistryFailure } from '../../contract/registry/schema-registry.ts'
import { StoreFailure, type Command, type Executor } from '../../store/commit/command.ts'
import { sqlState, verdictOf } from '../../store/postgres/sqlstate.ts'
import { commandKey, identityOf, type RecordIdentity } from './command-key.ts'
import type { Keeping } from './kept-value.ts'
import { headerText, type InboundRecord, type RecordFault } from './inbound-record.ts'
import { faultOf, MAX_VALUE_BYTES, valueOf, type ReadAvro } from './record-value.ts'

export interface TakingParts {
  readonly executor: Executor
  readonly shop: ShopSettings
  /** A command in Avro, framed. */
  readonly readAvro: ReadAvro
  /** Sees to it that the schema of one is known; rejects while the registry is away. */
  readonly learnAvro: (message: Buffer) => Promise<void>
}

/** What became of a record: decided (also when that was a refusal, which is an event), or why it cannot be. */
export type Taken = TakenCommand | RecordFault

export interface TakenCommand {
  readonly orderId: string
  /** The reason of a refusal that is recorded; null: it was done. */
  readonly refused: string | null
}

export interface CommandTopic extends Keeping {
  /** What a record of it is, for people. */
  readonly noun: string
  /** Classes of letters that were decided, and are decided again where somebody tries them again. */
  readonly decidedAnew: readonly string[]
  /** What was done, for people. `refused`: as of a taken command. */
  readonly did: (orderId: string, refused: string | null) => string
  /** What a value asks for, or why it asks for nothing. Pure. */
  readonly asked: (value: unknown, context: AskedIn) => AskedCommand | RecordFault
}

export interface AskedIn {
  readonly identity: RecordIdentity
  readonly shop: ShopSettings
}

export interface AskedCommand {
  readonly orderId: string
  /** What tells it from another one under the same key, as JSON. */
  readonly content: readonly unknown[]
  /** Its refusals are texts: what is kept with the key of the record, for when it comes again. */
  readonly decide: (read: Read) => Decision<string>
  /** What a refusal comes to, a kept one too. */
  readonly refused: (refusal: string) => Taken
}

/** How a record came. */
export interface Taking {
  readonly topic: CommandTopic
  /** When it was decided last, where it has to be decided again; null: it is decided once. */
  readonly anewAfter: string | null
}

/** Says a refusal in one text. */
export function refusedAs<Refusal>(decision: Decision<Refusal>, say: (refusal: Refusal) => string): Decision<string> {
  return decision.outcome === 'refused' ? { ...decision, refusal: say(decision.refusal) } : decision
}

/** Rejects only with what passes by itself (isPassing): then nothing is known to be wrong with the record. */
export async function takeCommand(record: InboundRecord, taking: Taking, parts: TakingParts): Promise<Taken> {
  await learnSchema(record, taking, parts)
  const framed = framedCommand(record, taking, parts)
  if ('class' in framed) return framed
  try {
    return takenOf(framed, await parts.executor.execute(framed.command))
  } catch (error) {
    if (isPassing(error)) throw error
    return faultOf(error)
  }
}

/** Before a record is read. Rejects while the registry is away. */
export async function learnSchema(
  { value }: InboundRecord,
  { topic }: Pick<Taking, 'topic'>,
  { learnAvro }: Pick<TakingParts, 'learnAvro'>,
): Promise<void> {
  if (topic.takesAvro && value !== null && value.length <= MAX_VALUE_BYTES) await learnAvro(value)
}

/** What came of a command, or would. */
type Settled =
  | { readonly outcome: 'accepted' | 'key-reused' }
  | { readonly outcome: 'refused'; readonly refusal: string }
  | { readonly outcome: 'known'; readonly answer: string | null }

export function takenOf({ noun, orderId, refused }: FramedCommand, settled: Settled): Taken {
  switch (settled.outcome) {
    case 'accepted':
      return { orderId, refused: null }
    case 'refused':
      return refused(settled.refusal)
    case 'known':
      return settled.answer === null ? { orderId, refused: null } : refused(settled.answer)
    case 'key-reused':
      return { class: settled.outcome, message: `this ce_id of this ce_source was used before for another ${noun}` }
  }
}

/** What a record asks for, as the store executes it. */
export interface FramedCommand extends Pick<AskedCommand, 'orderId' | 'refused'>, Pick<CommandTopic, 'noun'> {
  readonly command: Command<string>
}

/** The command of a record, or what is wrong with it. Throws only what passes by itself. */
export function framedCommand(
  record: InboundRecord,
  taking: Taking,
  parts: Omit<TakingParts, 'executor'>,
): FramedCommand | RecordFault {
  try {
    return framed(record, taking, parts)
  } catch (error) {
    if (isPassing(error)) throw error
    return faultOf(error)
  }
}

function framed(
  record: InboundRecord,
  { topic, anewAfter }: Taking,
  { shop, readAvro }: Omit<TakingParts, 'executor'>,
): FramedCommand | RecordFault {
  const identity = identityOf(record)
  if ('class' in identity) return identity
  const read = valueOf(record, topic.takesAvro ? readAvro : null)
  if ('fault' in read) return read.fault
  const asked = topic.asked(read.value, { identity, shop })
  if ('class' in asked) return asked
  const { orderId, content, decide, refused } = asked
  const commandId = shop.newId()
  // Two who try it again at once try the same.
  const key = anewAfter === null ? identity.key : `${identity.key} after ${anewAfter}`
  const command = {
    decide,
    answer: (decision: Decision<string>) => (decision.outcome === 'refused' ? decision.refusal : null),
    key: commandKey({ ...identity, key }, content),
    commandId,
    correlationId: traceIdOf(headerText(record, 'traceparent')) ?? commandId,
    causationId: null,
  }
  return { noun: topic.noun, orderId, refused, command }
}

/** Whether an error says that the store or the registry is away, or that a schema has to wait to be read, and nothing about the command. */
export function isPassing(error: unknown): boolean {
  if (error instanceof RegistryFailure || error instanceof JudgeBusy) return error.retriable
  return error instanceof StoreFailure || (sqlState(error) !== null && verdictOf(error, 'appending') !== 'refused')
}

/** What a command waits for at such an error; `told`: for those who look at how far it is, null where it is the store. */
export function waitedFor(error: unknown): { readonly what: string; readonly told: string | null } {
  const isRegistry = error instanceof RegistryFailure
  if (!isRegistry && !(error instanceof JudgeBusy)) return { what: 'store', told: null }
  const what = isRegistry ? 'registry' : 'reading of its schema'
  return { what, told: `waits for the ${what}: ${error.message}` }
}
