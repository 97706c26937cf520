import { describe, expect, test } from 'vitest'
import { customer } from '../../domain/customer.ts'
import { accept, type Addressed, type Decision, refuse, to } from '../../domain/decision.ts'
import { inventory } from '../../domain/inventory.ts'
import { order } from '../../domain/order.ts'
import { stockReceived, stockReserved } from '../../domain/test-events.ts'
import { decode } from '../../schemas/codec.ts'
import { uuidBytes } from '../postgres/binary-array.ts'
import type { Command, Look, VersionedRead } from './command.ts'
import { type Decided, decideBatch, type DecidedBatch, type UnreadableStream } from './decide-batch.ts'
import type { StreamState } from './stream-cache.ts'

const ID = '0192f0c1-2b3c-7d4e-8f50-61728394a5b6'

interface Script {
  readonly decide: (read: VersionedRead) => Decision<unknown>
  readonly answer?: (decision: Decision<unknown>, look: Look) => string
}

function command({ decide, answer = (decision) => decision.outcome }: Script): Command {
  return {
    decide,
    answer,
    key: null,
    commandId: ID,
    correlationId: ID,
    causationId: null,
  }
}

type Base = Readonly<Record<string, StreamState | UnreadableStream>>

/** Every stream that `base` does not name is empty, unless `base` is null: then none has been loaded. */
function decide(commands: readonly Command[], base: Base | null = {}, lookUpCreated = false) {
  let ids = 0
  const empty = { inventory: inventory.initial, order: order.initial, customer: customer.initial }
  return decideBatch({
    commands: commands.map((one) => ({ command: one, lookUpCreated })),
    base: (name) =>
      base === null
        ? undefined
        : (base[name] ?? { state: empty[name.split('-')[0] as keyof typeof empty], version: 0 }),
    newEventId: () => Buffer.alloc(16, ++ids),
  })
}

function decided(...args: Parameters<typeof decide>): DecidedBatch {
  const result = decide(...args)
  if ('missing' in result) throw new Error(`missing: ${[...result.missing].join(', ')}`)
  return result
}

function missing(...args: Parameters<typeof decide>): readonly string[] {
  const result = decide(...args)
  return 'missing' in result ? [...result.missing].sort() : []
}

/** Receives units, and says how many there are then. */
function receive(sku: string, quantity: number): Command {
  return command({
    decide: (read) => {
      read(inventory, sku)
      return accept(to(inventory, sku, { type: 'StockReceived', sku, quantity }))
    },
    answer: (_, look) => {
      const { state, version } = look(inventory, sku)
      return `${String(state.onHand)} at version ${String(version)}`
    },
  })
}

function fails(error: Error): Command {
  return command({
    decide: (read) => {
      read(inventory, 'A1')
      throw error
    },
  })
}

function outcomes({ decided: all }: DecidedBatch): readonly (string | null)[] {
  return all.map((one: Decided) =>
    one.outcome === 'decided' ? one.answer : one.error instanceof Error ? one.error.message : 'no error',
  )
}

function written({ events }: DecidedBatch): readonly unknown[] {
  return events.map(({ stream, version, type, schemaVersion, data }) => [
    stream,
    version,
    decode(type, schemaVersion, data),
  ])
}

describe('a batch', () => {
  test('lets each command see the events of those before it, and counts the events up to each', () => {
    const batch = decided([receive('A1', 5), receive('B1', 1), receive('A1', 2)], {
      'inventory-A1': { state: { listed: null, onHand: 10, reserved: 0 }, version: 3 },
    })
    expect(outcomes(batch)).toEqual(['15 at version 4', '1 at version 1', '17 at version 5'])
    expect(written(batch)).toEqual([
      ['inventory-A1', 4, stockReceived('A1', 5)],
      ['inventory-B1', 1, stockReceived('B1', 1)],
      ['inventory-A1', 5, stockReceived('A1', 2)],
    ])
    expect(batch.decided.map((one) => one.outcome === 'decided' && one.offset)).toEqual([1, 2, 3])
  })

  test('names what it read as it stands after it, and what it changed with the version before', () => {
    const look = command({ decide: (read) => (read(customer, 'c1'), refuse('no')) })
    const batch = decided([receive('A1', 5), look, receive('A1', 2)], {
      'inventory-A1': { state: { listed: null, onHand: 10, reserved: 0 }, version: 3 },
    })
    expect(batch.streams.get('inventory-A1')).toEqual({ state: { listed: null, onHand: 17, reserved: 0 }, version: 5 })
    expect([...batch.streams.keys()]).toEqual(['inventory-A1', 'customer-c1'])
    expect([...batch.changed]).toEqual([['inventory-A1', 3]])
  })

  test('gives a command without events the offset where the log will stand', () => {
    const refused = command({ decide: (read) => (read(inventory, 'A1'), refuse('no')) })
    const { decided: all } = decided([refused, receive('A1', 1), refused])
    expect(all.map((one) => one.outcome === 'decided' && one.offset)).toEqual([0, 1, 1])
  })

  test('carries the ids of the command with each of its events, and a new id for each event', () => {
    const other = '0192f0c1-2b3c-7d4e-8f50-000000000001'
    const caused = { ...receive('A1', 1), correlationId: other, causationId: other }
    const { events } = decided([receive('A1', 1), caused])
    expect(events.map((event) => event.id)).toEqual([Buffer.alloc(16, 1), Buffer.alloc(16, 2)])
    expect(events.map((event) => [event.commandId, event.correlationId, event.causationId])).toEqual([
      [uuidBytes(ID), uuidBytes(ID), null],
      [uuidBytes(ID), uuidBytes(other), uuidBytes(other)],
    ])
  })

  test('keeps with each key its answer, the id of its command, how many events that wrote, and where they end', () => {
    const key = (name: string) => ({ source: 'http:shop', key: name, fingerprint: Buffer.of(1) }) as const
    const refused = command({ decide: (read) => (read(inventory, 'A1'), refuse('no')) })
    const poisonous = command({ decide: () => accept(to(inventory, 'A1', stockReceived('A1', 1))) })
    const { keyed } = decided([
      receive('A1', 1),
      { ...poisonous, key: key('a') },
      { ...receive('A1', 2), key: key('b') },
      { ...refused, key: key('c'), answer: () => null },
    ])
    const commandId = uuidBytes(ID)
    expect(keyed).toEqual([
      { index: 2, key: key('b'), answer: '3 at version 2', commandId, events: 1, offset: 2 },
      { index: 3, key: key('c'), answer: null, commandId, events: 0, offset: 2 },
    ])
  })

  test('leaves the states it was given untouched', () => {
    const stream = Object.freeze({ state: Object.freeze({ listed: null, onHand: 1, reserved: 0 }), version: 1 })
    decided([receive('A1', 5)], { 'inventory-A1': stream })
    expect(stream).toEqual({ state: { listed: null, onHand: 1, reserved: 0 }, version: 1 })
  })
})

describe('a command that cannot be done', () => {
  const unencodable = command({
    decide: (read) => {
      read(inventory, 'A1')
      read(inventory, 'B1')
      return accept(
        to(inventory, 'A1', stockReceived('A1', 100)),
        to(inventory, 'B1', { type: 'StockReceived', sku: 'B1', quantity: 0.5 }),
      )
    },
  })
  const unanswerable = command({
    decide: (read) => (read(inventory, 'A1'), accept(to(inventory, 'A1', stockReceived('A1', 100)))),
    answer: () => {
      throw new Error('no answer')
    },
  })

  test.each([
    ['whose decision throws', fails(new Error('no decision')), /no decision/],
    ['whose second event does not encode', unencodable, /StockReceived\.quantity|quantity/],
    ['whose answer throws', unanswerable, /no answer/],
  ])('%s fails alone and leaves nothing in the batch', (_, poisonous, reason) => {
    const batch = decided([receive('A1', 5), poisonous, receive('A1', 2)])
    expect(outcomes(batch)).toEqual(['5 at version 1', expect.stringMatching(reason), '7 at version 2'])
    expect(written(batch)).toEqual([
      ['inventory-A1', 1, stockReceived('A1', 5)],
      ['inventory-A1', 2, stockReceived('A1', 2)],
    ])
    expect([...batch.changed.keys()]).toEqual(['inventory-A1'])
  })

  test('because it writes to a stream it has not read is a defect of its own (law 2)', () => {
    const blind = command({ decide: () => accept(to(inventory, 'A1', stockReceived('A1', 1))) })
    const batch = decided([receive('A1', 5), blind])
    expect(outcomes(batch)).toEqual(['5 at version 1', expect.stringMatching(/inventory-A1.*not read/)])
    expect(batch.events).toHaveLength(1)
  })

  test('because its answer looks at a stream it has not read is a defect of its own (law 2)', () => {
    const curious = command({
      decide: () => refuse('no'),
      answer: (_, look) => String(look(inventory, 'A1').version),
    })
    expect(outcomes(decided([receive('A1', 5), curious]))[1]).toMatch(/inventory-A1.*not read/)
  })

  test('because a stream cannot be read fails with that reason, and those that do not need it are done', () => {
    const failure = new Error('inventory-B1 cannot be read')
    const both = command({ decide: (read) => (read.all(inventory, ['A1', 'B1']), refuse('no')) })
    const batch = decided([receive('A1', 5), both, receive('B1', 1)], { 'inventory-B1': { failure } })
    expect(outcomes(batch)).toEqual(['5 at version 1', failure.message, failure.message])
  })
})

describe('streams that are not there yet', () => {
  const follows = command({
    decide: (read) => {
      read.all(inventory, ['A1', 'B1'])
      read(inventory, 'C1')
      return refuse('no')
    },
  })

  test('are found in one pass over all commands, as far as each gets without them', () => {
    const other = command({ decide: (read) => (read(customer, 'c1'), refuse('no')) })
    expect(missing([follows, other, receive('D1', 1)], null)).toEqual([
      'customer-c1',
      'inventory-A1',
      'inventory-B1',
      'inventory-D1',
    ])
  })

  test('are found behind a command that fails', () => {
    const failing = command({
      decide: () => {
        throw new Error('no decision')
      },
    })
    expect(missing([failing, receive('D1', 1)], null)).toEqual(['inventory-D1'])
  })

  test('need not be there for a decision that creates them', () => {
    const create = command({
      decide: (read) => {
        const { onHand } = read.creating(inventory, 'N1')
        return accept(to(inventory, 'N1', stockReceived('N1', onHand + 1)))
      },
    })
    expect(written(decided([create], null))).toEqual([['inventory-N1', 1, stockReceived('N1', 1)]])
    expect(missing([create], null, true)).toEqual(['inventory-N1'])
  })

  test('must be looked up by who names them, even if a command before took them for new (law 2)', () => {
    const create = command({ decide: (read) => (read.creating(inventory, 'N1'), refuse('no')) })
    expect(missing([create, receive('N1', 1)], null)).toEqual(['inventory-N1'])
    const base = { 'inventory-N1': { state: { listed: null, onHand: 3, reserved: 0 }, version: 1 } }
    expect(outcomes(decided([create, receive('N1', 1)], base))[1]).toBe('4 at version 2')
  })

  test('and were created by a command before are known to those behind it', () => {
    const create = command({
      decide: (read) => (read.creating(inventory, 'N1'), accept(to(inventory, 'N1', stockReceived('N1', 3)))),
    })
    expect(outcomes(decided([create, receive('N1', 1)], null))[1]).toBe('4 at version 2')
  })
})

test('a decision can read the version of a stream, before its own events', () => {
  const conditional = command({
    decide: (read) =>
      read.version(inventory, 'A1') === 3
        ? accept(to(inventory, 'A1', stockReserved('A1', 'o1', 1)))
        : refuse('version moved'),
  })
  const base = { 'inventory-A1': { state: { listed: null, onHand: 9, reserved: 0 }, version: 3 } }
  const batch = decided([conditional, conditional], base)
  expect(outcomes(batch)).toEqual(['accepted', 'refused'])
  expect(batch.events.map(({ stream, version }): readonly [string, number] => [stream, version])).toEqual([
    ['inventory-A1', 4],
  ])
})

test('many events of one command are folded in their order', () => {
  const many = command({
    decide: (read) => {
      read(inventory, 'A1')
      return accept(
        ...Array.from({ length: 10 }, (_, index): Addressed => to(inventory, 'A1', stockReceived('A1', index))),
      )
    },
    answer: (_, look) => String(look(inventory, 'A1').state.onHand),
  })
  const batch = decided([many])
  expect(outcomes(batch)).toEqual(['45'])
  expect(batch.events.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
})
