import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { KNOWN_FOR_MS, KnownIds } from './known-ids.ts'

describe('the ids that are known', () => {
  test('are those of a list with the same rules, whatever comes', () => {
    const sent = fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: KNOWN_FOR_MS })), {
      maxLength: 300,
    })
    fc.assert(
      fc.property(sent, fc.integer({ min: 1, max: 30 }), (events, most) => {
        const ids = new KnownIds(most)
        let list: { id: number; time: number }[] = []
        let time = 0
        for (const [id, later] of events) {
          time += Math.floor(later / 10)
          list = list.filter((one) => piece(one.time) >= piece(time - KNOWN_FOR_MS))
          const isNew = !list.some((one) => one.id === id)
          expect(ids.add(idOf(id), time)).toBe(isNew)
          if (isNew) list = [...list, { id, time }].slice(-most)
          expect(ids.size).toBe(list.length)
        }
      }),
    )
  })

  test('are all known while there is room, far beyond the first room', () => {
    const ids = new KnownIds()
    const some = Array.from({ length: 20_000 }, (_, index) => idOf(index))
    expect(some.every((id) => ids.add(id, 1))).toBe(true)
    expect(some.some((id) => ids.add(id, 2))).toBe(false)
  })
})

/** It is looked at in pieces of 4 seconds: an id is known for so much longer at most. */
function piece(time: number): number {
  return Math.floor(time / 4_000)
}

function idOf(number: number): Uint8Array {
  const id = Buffer.alloc(16)
  id.writeUInt32BE(number, 12)
  return id
}
