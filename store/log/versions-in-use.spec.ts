import { expect, test } from 'vitest'
import { eventTypes } from '../../schemas/test-kit.ts'
import { versionsInUse } from './versions-in-use.ts'

const seen = { position: 1, recordedAt: 0 }

function used(type: string, version: number) {
  return { type, version, events: 1, first: seen, last: seen }
}

test('what no event was written with is listed too', () => {
  const all = versionsInUse([])
  expect(all.map(({ type }) => type)).toEqual([...eventTypes].sort())
  expect(all.find(({ type }) => type === 'CustomerRegistered')).toEqual({
    type: 'CustomerRegistered',
    known: 'CustomerRegistered',
    versions: [
      { version: 1, known: true, usage: null },
      { version: 2, known: true, usage: null },
    ],
  })
})

test('versions and events of a later release are listed as unknown', () => {
  const [tomorrow, third] = [used('constructor', 1), used('CustomerRegistered', 3)]
  const all = versionsInUse([third, tomorrow])
  expect(all.find(({ type }) => type === 'constructor')).toEqual({
    type: 'constructor',
    known: null,
    versions: [{ version: 1, known: false, usage: tomorrow }],
  })
  expect(all.find(({ type }) => type === 'CustomerRegistered')?.versions).toEqual([
    { version: 1, known: true, usage: null },
    { version: 2, known: true, usage: null },
    { version: 3, known: false, usage: third },
  ])
})
