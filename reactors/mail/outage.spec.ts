import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SendOutcome } from './mailer.ts'
import { judge, newStanding, openCourse, turn, type Course, type Judgement, type Standing } from './outage.ts'

const SENT: SendOutcome = { outcome: 'sent' }
const DOWN: SendOutcome = { outcome: 'outage', reason: 'unreachable' }
const NO_SUCH: SendOutcome = { outcome: 'refused', reason: 'refused 550 5.1.1' }
const BUSY: SendOutcome = { outcome: 'later', reason: 'deferred 451 4.7.1' }
const HOUR = 3_600_000

/** What a server answers for one mail at one time. */
type Server = (addressee: string, now: number) => SendOutcome

interface Row extends Standing {
  readonly position: number
  readonly addressee: string
}

/** Drives the machine as a reactor does, by a clock of its own. */
class Channel {
  course: Course = openCourse
  now = 0
  readonly rows = new Map<number, Row>()
  readonly sent: string[] = []
  readonly failed: [addressee: string, reason: string][] = []
  readonly tried: [now: number, addressee: string, inOutage: boolean][] = []
  outages = 0
  #position = 0

  add(...addressees: readonly string[]): void {
    for (const addressee of addressees) {
      this.#position += 1
      this.rows.set(this.#position, { position: this.#position, addressee, ...newStanding(this.now) })
    }
  }

  /** Until nothing is left to do before `end`. */
  run(server: Server, end: number): void {
    while (this.now < end) {
      const next = turn(this.course, this.now)
      if (next.kind === 'none') {
        this.now = Math.min(next.until, end)
      } else if (next.kind === 'one') {
        const rows = [...this.rows.values()]
        const row = rows.find(({ position }) => position > next.after) ?? rows[0]
        if (row === undefined) return
        this.#try(row, server)
      } else if (!this.#each(server)) {
        const soonest = Math.min(...[...this.rows.values()].map(({ dueAt }) => dueAt))
        this.now = Math.min(Math.max(soonest, this.now + 1), end)
      }
    }
  }

  /** All that are due are under way at once. */
  #each(server: Server): boolean {
    const due = [...this.rows.values()].filter(({ dueAt }) => dueAt <= this.now)
    for (const { position, refused, addressee, reason } of due) {
      if (refused !== 'held') continue
      this.rows.delete(position)
      this.failed.push([addressee, reason ?? ''])
    }
    const tries = due.filter(({ refused }) => refused !== 'held')
    const outcomes = tries.map((row) => [row, this.#ask(row, server)] as const)
    const began = this.now
    for (const [row, outcome] of outcomes) this.#take(row, outcome, began)
    return due.length > 0
  }

  #try(row: Row, server: Server): void {
    this.#take(row, this.#ask(row, server), this.now)
  }

  #ask({ addressee }: Row, server: Server): SendOutcome {
    this.tried.push([this.now, addressee, this.course.outage !== null])
    return server(addressee, this.now)
  }

  #take(row: Row, outcome: SendOutcome, began: number): void {
    const {
      course,
      became,
      held,
      began: outageBegan,
    }: Judgement = judge(this.course, { ...row, began }, outcome, this.now)
    this.course = JSON.parse(JSON.stringify(course)) as Course
    if (outageBegan) this.outages += 1
    this.rows.delete(row.position)
    if (became.kind === 'sent') this.sent.push(row.addressee)
    if (became.kind === 'failed') this.failed.push([row.addressee, became.reason])
    if (became.kind === 'waits') this.rows.set(row.position, { ...row, ...became.standing })
    for (const other of this.rows.values()) {
      if (other.refused !== 'held' || held === null || other.position === row.position) continue
      if ('until' in held) this.rows.set(other.position, { ...other, dueAt: held.until })
      else if (held.turn === 'due') this.rows.set(other.position, { ...other, dueAt: this.now })
      else this.rows.set(other.position, { ...other, refused: 'again', dueAt: this.now })
    }
    // By position, as a table is read.
    for (const [position, kept] of [...this.rows].sort(([one], [other]) => one - other)) {
      this.rows.delete(position)
      this.rows.set(position, kept)
    }
  }
}

function names(count: number, prefix = 'c'): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`)
}

describe('an address that is refused', () => {
  test('has failed as soon as another one is taken, and holds up nobody', () => {
    const channel = new Channel()
    channel.add('bad', 'good')
    channel.run((who) => (who === 'bad' ? NO_SUCH : SENT), 1_000)
    expect(channel.sent).toEqual(['good'])
    expect(channel.failed).toEqual([['bad', 'refused 550 5.1.1']])
    expect(channel.outages).toBe(0)
    expect(channel.tried).toHaveLength(2)
  })

  test('alone has failed after 10 seconds', () => {
    const channel = new Channel()
    channel.add('bad')
    channel.run(() => NO_SUCH, 9_999)
    expect(channel.failed).toEqual([])
    channel.run(() => NO_SUCH, 10_001)
    expect(channel.failed).toEqual([['bad', 'refused 550 5.1.1']])
  })

  test('20 times is one refused address', () => {
    const channel = new Channel()
    channel.add(...names(30).map(() => 'bad'))
    channel.run(() => NO_SUCH, HOUR)
    expect(channel.outages).toBe(0)
    expect(channel.failed).toHaveLength(30)
  })

  test('by ourselves has failed at once, and says nothing about the server', () => {
    const own: SendOutcome = { outcome: 'refused', reason: 'bad-address' }
    const channel = new Channel()
    channel.add(...names(30))
    channel.run(() => own, 1)
    expect(channel.failed).toHaveLength(30)
    expect(channel.outages).toBe(0)
    channel.add('first', 'strange', 'third')
    channel.run((who) => (who === 'strange' ? own : DOWN), 20_000)
    expect(channel.failed).toHaveLength(31)
    expect(channel.course.outage).not.toBeNull()
  })
})

describe('20 addresses refused in a row', () => {
  test('are an outage: nothing fails, and all are sent once the first is taken', () => {
    const channel = new Channel()
    channel.add(...names(40))
    channel.run(() => NO_SUCH, HOUR)
    expect(channel.failed).toEqual([])
    expect(channel.outages).toBe(1)
    expect(channel.course.outage).toMatchObject({ reason: 'refused 550 5.1.1' })
    channel.run(() => SENT, 2 * HOUR)
    expect(channel.sent.toSorted()).toEqual([...names(40)].sort())
    expect(channel.course.outage).toBeNull()
  })

  test('that come one every two minutes are one too: the longer nobody is taken, the longer the refused are held', () => {
    const channel = new Channel()
    for (const [index, name] of names(40).entries()) {
      channel.run(() => NO_SUCH, index * 120_000)
      channel.add(name)
    }
    channel.run(() => NO_SUCH, 40 * 120_000)
    expect(channel.outages).toBe(1)
    expect(channel.failed.length).toBeLessThan(5)
  })

  test('are tried once more after it, and a refusal then is final and not counted', () => {
    const channel = new Channel()
    channel.add(...names(20, 'bad'))
    channel.run(() => NO_SUCH, 30_000)
    expect(channel.outages).toBe(1)
    channel.add('good')
    channel.run((who) => (who === 'good' ? SENT : NO_SUCH), HOUR)
    expect(channel.sent).toEqual(['good'])
    expect(channel.failed.map(([who]) => who).toSorted()).toEqual([...names(20, 'bad')].sort())
    expect(channel.outages).toBe(1)
  })
})

describe('an outage', () => {
  test('has one mail at a time, each time another, after 1, 2, 4 ... 60 seconds, and no end', () => {
    const channel = new Channel()
    channel.add(...names(5))
    channel.run(() => DOWN, 24 * HOUR)
    const probes = channel.tried.filter(([, , inOutage]) => inOutage)
    expect(probes.slice(0, 8).map(([now]) => now / 1_000)).toEqual([1, 3, 7, 15, 31, 63, 123, 183])
    for (const [index, [, who]] of probes.entries()) expect(who).not.toBe(probes[index - 1]?.[1])
    expect(new Set(probes.slice(0, 5).map(([, who]) => who)).size).toBe(5)
    expect(channel.failed).toEqual([])
    expect(channel.outages).toBe(1)
  })

  test('is ended by the first that is taken, whatever becomes of others', () => {
    const channel = new Channel()
    channel.add(...names(3), 'bad', 'busy')
    channel.run(() => DOWN, 30_000)
    channel.run((who) => (who === 'bad' ? NO_SUCH : who === 'busy' ? BUSY : SENT), 200_000)
    expect(channel.sent.toSorted()).toEqual(['c0', 'c1', 'c2'])
    expect(channel.failed).toEqual([['bad', 'refused 550 5.1.1']])
    expect([...channel.rows.values()].map(({ addressee }) => addressee)).toEqual(['busy'])
  })

  test('is not prolonged by what was under way when it began', () => {
    const row = { position: 1, addressee: 'c', began: 0, ...newStanding(0) }
    const first = judge(openCourse, row, DOWN, 5_000)
    const second = judge(first.course, { ...row, position: 2 }, DOWN, 7_000)
    expect(first).toMatchObject({ began: true, course: { outage: { since: 5_000, nextAt: 6_000 } } })
    expect(second.course).toEqual(first.course)
    expect(second.began).toBe(false)
  })

  test('saves those that were held', () => {
    const channel = new Channel()
    channel.add('bad')
    channel.run(() => NO_SUCH, 5_000)
    channel.add('good')
    channel.run(() => DOWN, HOUR)
    expect(channel.failed).toEqual([])
    channel.run(() => SENT, 2 * HOUR)
    expect(channel.sent.toSorted()).toEqual(['bad', 'good'])
  })
})

describe('an address that is put off', () => {
  test('is tried after 1, 2, 4 ... 60 seconds and given up after a day in which others were taken', () => {
    const channel = new Channel()
    channel.add('busy')
    const server: Server = (who) => (who === 'busy' ? BUSY : SENT)
    channel.run(server, 20 * HOUR)
    channel.add('good')
    channel.run(server, 24 * HOUR - 1)
    expect(channel.tried.slice(0, 8).map(([now]) => now / 1_000)).toEqual([0, 1, 3, 7, 15, 31, 63, 123])
    expect(channel.failed).toEqual([])
    channel.run(server, 24 * HOUR + 61_000)
    expect(channel.failed).toEqual([['busy', 'gave-up']])
    expect(channel.sent).toEqual(['good'])
  })

  test('is not given up while the server takes nobody', () => {
    const channel = new Channel()
    channel.add(...names(3))
    channel.run(() => BUSY, 72 * HOUR)
    expect(channel.failed).toEqual([])
    channel.run(() => SENT, 73 * HOUR)
    expect(channel.sent).toHaveLength(3)
  })

  test('does not lose the time of an outage', () => {
    const channel = new Channel()
    const server: Server = (who) => (who === 'busy' ? BUSY : SENT)
    channel.add('busy', 'good')
    channel.run(server, HOUR)
    channel.add('other')
    channel.run(() => DOWN, 49 * HOUR)
    channel.run(server, 60 * HOUR)
    expect(channel.failed).toEqual([])
    channel.run(server, 73 * HOUR)
    expect(channel.failed).toEqual([['busy', 'gave-up']])
  })

  test('is given up after a day of tries, whatever outages each of its processes knew', () => {
    const server: Server = (who) => (who === 'busy' ? BUSY : SENT)
    for (const restarts of ['after the outage', 'before the outage']) {
      const channel = new Channel()
      const outage = () => {
        channel.add('other')
        channel.run(() => DOWN, channel.now + 20 * HOUR)
      }
      if (restarts === 'after the outage') outage()
      channel.add('busy', 'good')
      channel.run(server, channel.now + HOUR)
      channel.course = openCourse
      if (restarts === 'before the outage') outage()
      channel.add('another')
      channel.run(server, channel.now + 22 * HOUR)
      expect([restarts, channel.failed]).toEqual([restarts, []])
      channel.run(server, channel.now + 2 * HOUR)
      expect([restarts, channel.failed]).toEqual([restarts, [['busy', 'gave-up']]])
    }
  })
})

test('whatever a server does in between, each good address gets its mail once, and each bad one fails once', () => {
  const mood = fc.constantFrom('fine', 'down', 'refuses-all', 'defers-all')
  const phases = fc.array(fc.record({ mood, lasts: fc.integer({ min: 1, max: 300_000 }), mails: fc.nat(30) }), {
    maxLength: 12,
  })
  fc.assert(
    fc.property(phases, fc.double({ min: 0, max: 0.5, noNaN: true }), (course, badShare) => {
      const channel = new Channel()
      const everybody: string[] = []
      const isBad = (who: string) => Number(who.slice(1)) % 100 < badShare * 100
      let refusing = false
      for (const { mood: how, lasts, mails } of course) {
        const added = names(mails, 'm').map((_, index) => `m${everybody.length + index}`)
        everybody.push(...added)
        channel.add(...added)
        refusing ||= how === 'refuses-all'
        channel.run((who) => {
          if (how === 'down') return DOWN
          if (how === 'refuses-all') return NO_SUCH
          if (how === 'defers-all') return BUSY
          return isBad(who) ? NO_SUCH : SENT
        }, channel.now + lasts)
      }
      // Two, for where the first comes before bad ones alone are left: they are an outage until somebody is taken.
      for (const good of ['m99', 'm199']) {
        channel.add(good)
        everybody.push(good)
        channel.run((who) => (isBad(who) ? NO_SUCH : SENT), channel.now + 2 * HOUR)
      }
      const done = [...channel.sent, ...channel.failed.map(([who]) => who)]
      expect(done.toSorted()).toEqual(everybody.toSorted())
      // A server that refuses some while it is wrong about all may fail those few: fewer than make an outage.
      if (!refusing) expect(channel.failed.every(([who]) => isBad(who))).toBe(true)
      const probes = channel.tried.filter(([, , inOutage]) => inOutage)
      for (const [index, [now]] of probes.entries()) {
        const before = probes[index - 1]
        if (before !== undefined) expect(now - before[0]).toBeGreaterThanOrEqual(1_000)
      }
    }),
    { numRuns: 300 },
  )
})
