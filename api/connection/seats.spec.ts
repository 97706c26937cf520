import { expect, test } from 'vitest'
import { Seats } from './seats.ts'

test('places are bounded, and given back once', () => {
  const seats = new Seats(4)
  const back = Array.from({ length: 4 }, () => seats.take(null))
  expect(() => seats.take(null)).toThrow('too many requests are waiting already')
  back[0]?.()
  back[0]?.()
  seats.take(null)
  expect(() => seats.take(null)).toThrow()
})

test('law 13: one principal has a quarter of them, whoever else waits', () => {
  const seats = new Seats(8)
  const back = seats.take('one')
  seats.take('one')
  expect(() => seats.take('one')).toThrow()
  for (const other of ['two', 'three', 'four']) for (const name of [other, other]) seats.take(name)
  expect(() => seats.take('five')).toThrow()
  back()
  seats.take('five')
})
