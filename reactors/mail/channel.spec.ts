import { describe, expect, test } from 'vitest'
import { ChannelCourse, type Became } from './channel.ts'
import type { SendOutcome } from './mailer.ts'
import { newStanding, type Standing } from './outage.ts'

const SENT: SendOutcome = { outcome: 'sent' }
const AWAY: SendOutcome = { outcome: 'outage', reason: 'unreachable' }
const GONE: SendOutcome = { outcome: 'refused', reason: 'refused 550 5.1.1' }

/** A table of messages that come when their time has come, as the reactor drives it. */
class Table {
  readonly course = new ChannelCourse()
  readonly ended = new Map<number, Became>()
  readonly sent: number[] = []
  readonly #rows = new Map<number, { dueAt: number; standing: Standing }>()
  now = 0

  add(...positions: readonly number[]): void {
    for (const position of positions) this.#rows.set(position, { dueAt: this.now, standing: newStanding(this.now) })
  }

  /** Comes `until` a time, with what the server answers to each. */
  run(until: number, answer: (position: number) => SendOutcome): void {
    for (; this.now <= until; this.now += 100) {
      for (const [position, { dueAt, standing }] of [...this.#rows]) {
        if (dueAt > this.now) continue
        const admitted = this.course.admit(position, standing, this.now)
        const became = admitted.then === 'send' ? this.#send(position, admitted.standing, answer(position)) : admitted
        if (became.then === 'wait') {
          this.#rows.set(position, { dueAt: this.now + became.inMs, standing: became.standing })
        } else {
          this.#rows.delete(position)
          this.ended.set(position, became)
        }
      }
    }
  }

  #send(position: number, standing: Standing, outcome: SendOutcome): Became {
    this.sent.push(position)
    const sending = { position, addressee: `c${String(position)}`, standing, began: this.now }
    return this.course.judged(sending, outcome, this.now)
  }
}

describe('in an outage', () => {
  test('one at a time is tried, each time another, and the first that is taken ends it for all', () => {
    const table = new Table()
    table.add(1, 2, 3)
    table.run(8_000, () => AWAY)
    expect(table.sent).toEqual([1, 2, 3, 1])
    expect(table.course.outage).toBe('unreachable')
    table.run(40_000, () => SENT)
    expect(table.course.outage).toBeNull()
    expect([...table.ended.values()]).toEqual([{ then: 'sent' }, { then: 'sent' }, { then: 'sent' }])
  })

  test('one that no server takes does not keep it up', () => {
    const table = new Table()
    table.add(1, 2, 3)
    table.run(1_000, () => AWAY)
    table.run(120_000, (position) => (position === 1 ? AWAY : SENT))
    expect([...table.ended.keys()].sort()).toEqual([2, 3])
  })

  test('one that is left waiting and never comes back is not waited for', () => {
    const table = new Table()
    table.add(1)
    table.run(0, () => AWAY)
    // As another process has settled it.
    table.course.admit(2, newStanding(0), 500)
    table.run(200_000, () => AWAY)
    expect(table.sent.length).toBeGreaterThan(2)
    expect(table.course.outage).toBe('unreachable')
  })

  test('one that has nothing to say any more makes room for the next', () => {
    const table = new Table()
    table.add(1, 2)
    table.run(0, () => AWAY)
    expect(table.course.admit(3, newStanding(0), 1_000)).toMatchObject({ then: 'send' })
    table.course.forget(3)
    table.run(5_000, () => SENT)
    expect(table.ended.size).toBe(2)
  })
})

describe('an address that is refused', () => {
  test('has failed as soon as another one is taken', () => {
    const table = new Table()
    table.add(1)
    table.run(2_000, () => GONE)
    expect(table.ended.size).toBe(0)
    table.add(2)
    table.run(4_500, () => SENT)
    expect(table.ended.get(1)).toEqual({ then: 'fail', reason: 'refused 550 5.1.1' })
    expect(table.ended.get(2)).toEqual({ then: 'sent' })
    expect(table.sent).toEqual([1, 2])
  })

  test('has failed after a while where none is taken', () => {
    const table = new Table()
    table.add(1)
    table.run(15_000, () => GONE)
    expect(table.ended.get(1)).toEqual({ then: 'fail', reason: 'refused 550 5.1.1' })
  })

  test('with nineteen others shows that it is us: all wait, and all are sent in the end', () => {
    const table = new Table()
    const all = Array.from({ length: 25 }, (_, index) => index + 1)
    table.add(...all)
    table.run(1_000, () => GONE)
    expect(table.course.outage).toBe('refused 550 5.1.1')
    expect(table.ended.size).toBe(0)
    table.run(600_000, () => SENT)
    expect([...table.ended.values()].every(({ then }) => then === 'sent')).toBe(true)
    expect(table.ended.size).toBe(25)
  })

  test('by a process before this one is still held, and fails by its time', () => {
    const course = new ChannelCourse()
    const held: Standing = { ...newStanding(5_000), refused: 'held', reason: 'refused 550' }
    expect(course.admit(1, held, 1_000)).toMatchObject({ then: 'wait', inMs: 2_000 })
    expect(course.admit(1, held, 5_000)).toEqual({ then: 'fail', reason: 'refused 550' })
  })
})

test('what is put off comes back by itself', () => {
  const table = new Table()
  table.add(1, 2)
  table.run(2_900, (position) => (position === 1 ? { outcome: 'later', reason: 'deferred 450' } : SENT))
  expect(table.sent).toEqual([1, 2, 1])
  table.run(10_000, () => SENT)
  expect(table.ended.get(1)).toEqual({ then: 'sent' })
})
