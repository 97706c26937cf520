import { expect, test } from 'vitest'
import { PassedOffsets } from './passed-offsets.ts'

function read(offsets: PassedOffsets, partition: number, end: number, position: number): void {
  offsets.read({ topic: 'orders', partition, end: BigInt(end), position })
}

test('only what the reader has passed is told, and only once', () => {
  const offsets = new PassedOffsets()
  read(offsets, 0, 10, 100)
  read(offsets, 0, 20, 200)
  read(offsets, 1, 5, 150)
  expect(offsets.take(99)).toEqual([])
  expect(offsets.take(150)).toEqual([
    { topic: 'orders', partition: 0, offset: '10' },
    { topic: 'orders', partition: 1, offset: '5' },
  ])
  expect(offsets.take(199)).toEqual([])
  expect(offsets.take(200)).toEqual([{ topic: 'orders', partition: 0, offset: '20' }])
})

test('records that are no events of the log are passed with those before them', () => {
  const offsets = new PassedOffsets()
  read(offsets, 0, 10, 100)
  read(offsets, 0, 20, 0)
  expect(offsets.take(99)).toEqual([])
  expect(offsets.take(100)).toEqual([{ topic: 'orders', partition: 0, offset: '20' }])
})

test('partitions that are dealt out anew are read again from where they were said to be', () => {
  const offsets = new PassedOffsets()
  read(offsets, 0, 10, 100)
  offsets.forget()
  expect(offsets.take(100)).toEqual([])
})
