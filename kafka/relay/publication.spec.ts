import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { orderPlaced, orderLine, stockReserved } from '../../domain/test-events.ts'
import { eventSchemaIds } from '../../contract/registry/event-schema-ids.ts'
import { wireFormat } from '../../contract/registry/wire-format.ts'
import { encode } from '../../schemas/codec.ts'
import { eventSchemas, type EventType } from '../../schemas/events.ts'
import type { StoredEvent } from '../../store/log/feed.ts'
import { Publication } from './publication.ts'
import { publishedTopics } from './relay-target.ts'

const types = Object.keys(eventSchemas) as readonly EventType[]
const wire = wireFormat(
  eventSchemaIds(
    types.flatMap((type, index) =>
      eventSchemas[type].versions.map((_, version) => ({ type, version: version + 1, id: index * 10 + version })),
    ),
  ),
)

function eventAt(position: number): StoredEvent {
  const id = String(position % 7)
  const placed = position % 3 === 0
  const event = placed ? orderPlaced(id, [orderLine('A', 1)]) : stockReserved(id, 'o', 1)
  return {
    ...encode(event),
    position,
    stream: `${placed ? 'order' : 'inventory'}-${id}`,
    version: position,
    recordedAt: 1_700_000_000_000 + position,
    id: '0190a0a0-0000-7000-8000-00000000000a',
    commandId: '0190a0a0-0000-7000-8000-00000000000b',
    correlationId: '0190a0a0-0000-7000-8000-00000000000c',
    causationId: null,
  }
}

interface UnderWay {
  readonly first: number
  acknowledge(): void
}

function open() {
  const underWay: UnderWay[] = []
  const publication = new Publication({
    after: new Map(publishedTopics.map(({ name }) => [name, 0])),
    acknowledged: () => undefined,
    refused: () => false,
    prefix: 'p.',
    wire,
    source: 's',
    sent: () => undefined,
    loses: () => false,
    send: (_, { messages }) =>
      new Promise((resolve) => {
        underWay.push({ first: messages.length, acknowledge: resolve })
      }),
  })
  return { publication, underWay }
}

/** Of the topic that is furthest behind. */
const settledOf = (publication: Publication) => Math.min(...publication.settled().values())

const heard = () => new Promise(setImmediate)

describe('a publication', () => {
  test('is settled up to the first event of which any record is not acknowledged, whatever else is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { minLength: 5, maxLength: 40 }), async (choices) => {
        const { publication, underWay } = open()
        let settled = 0
        let added = 0
        for (const choice of choices) {
          publication.add([eventAt(++added)])
          publication.flush()
          underWay.splice(choice % (underWay.length || 1), 1)[0]?.acknowledge()
          await heard()
          expect(settledOf(publication)).toBeGreaterThanOrEqual(settled)
          settled = settledOf(publication)
          if (underWay.length > 0) expect(settled).toBeLessThan(added)
        }
        while (underWay.length > 0) {
          expect(settledOf(publication)).toBeLessThan(added)
          underWay.shift()?.acknowledge()
          await heard()
        }
        expect(settledOf(publication)).toBe(added)
        expect(publication.pending).toBe(0)
      }),
      { numRuns: 50 },
    )
  })

  test('counts copies as records: an order is settled when its copy is, too', async () => {
    const { publication, underWay } = open()
    publication.add([eventAt(3)])
    publication.flush()
    expect(publication.pending).toBe(2)
    underWay[0]?.acknowledge()
    await heard()
    expect(settledOf(publication)).toBe(2)
    underWay[1]?.acknowledge()
    await heard()
    expect(settledOf(publication)).toBe(3)
  })
})
