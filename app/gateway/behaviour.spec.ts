import { describe, expect, test } from 'vitest'
import { drawFaults, judgeCharge, latencyOf, parseFaults, parseLatency, type Behaviour } from './behaviour.ts'

const behaviour: Behaviour = { seed: 1, declines: 0.1, latency: { from: 20, to: 200 }, faults: {} }
const keys = Array.from({ length: 20_000 }, (_, index) => `order-${index}/1`)

function shareOf(wanted: (key: string) => boolean): number {
  return keys.filter(wanted).length / keys.length
}

const declined = (method: string, options = behaviour) =>
  shareOf((key) => judgeCharge(options, key, method).outcome.status === 'declined')

describe('a charge', () => {
  test('is judged the same for the same seed and key, and independently for others', () => {
    const [key = ''] = keys
    expect(judgeCharge(behaviour, key, 'card')).toEqual(judgeCharge({ ...behaviour }, key, 'card'))
    const other = { ...behaviour, seed: 2 }
    const both = shareOf((each) =>
      [behaviour, other].every((options) => judgeCharge(options, each, 'card').outcome.status === 'declined'),
    )
    expect(both).toBeCloseTo(0.01, 2)
  })

  test('is declined as often as its method has it: a tenth of the cards', () => {
    expect(declined('card')).toBeCloseTo(0.1, 2)
    expect(declined('paypal')).toBeCloseTo(0.051, 2)
    expect(declined('bank-transfer')).toBeCloseTo(0.021, 2)
    expect(declined('paypal')).toBeLessThan(declined('card'))
    expect(declined('bank-transfer')).toBeLessThan(declined('paypal'))
    // A name that every object has.
    expect(declined('constructor')).toBe(declined('card'))
  })

  test('is never declined with 0 and always with 1, whatever the method is', () => {
    for (const method of ['card', 'paypal', 'bank-transfer']) {
      expect(declined(method, { ...behaviour, declines: 0 })).toBe(0)
      expect(declined(method, { ...behaviour, declines: 1 })).toBe(1)
    }
  })

  test('is pending first for some transfers, and no card', () => {
    const pending = (method: string) => shareOf((key) => judgeCharge(behaviour, key, method).pendingMs > 0)
    expect([pending('card'), pending('constructor')]).toEqual([0, 0])
    expect(pending('paypal')).toBeCloseTo(0.05, 2)
    expect(pending('bank-transfer')).toBeCloseTo(0.3, 2)
  })

  test('that is captured has a reference of its own', () => {
    const references = keys.map((key) => judgeCharge({ ...behaviour, declines: 0 }, key, 'card').outcome)
    expect(new Set(references.map((outcome) => JSON.stringify(outcome))).size).toBe(keys.length)
  })
})

test('latency lies within its bounds, mostly near the lower one, and is the same for the same key', () => {
  const times = keys.map((key) => latencyOf(behaviour, key))
  expect(Math.min(...times)).toBeGreaterThanOrEqual(20)
  expect(Math.max(...times)).toBeLessThanOrEqual(200)
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length
  expect(mean).toBeGreaterThan(50)
  expect(mean).toBeLessThan(62)
  expect(times).toEqual(keys.map((key) => latencyOf(behaviour, key)))
  expect(latencyOf({ ...behaviour, latency: { from: 0, to: 0 } }, 'o/1')).toBe(0)
})

describe('faults', () => {
  const faulty: Behaviour = { ...behaviour, faults: { timeout: 0.2, lost: 0.3, refused: 0.5 } }

  test('come as often as is asked for, at most one of those that exclude each other', () => {
    const drawn = keys.map((key) => drawFaults(faulty, `POST charges ${key}`, 1))
    const share = (wanted: (faults: (typeof drawn)[number]) => boolean) => drawn.filter(wanted).length / drawn.length
    expect(share(({ exclusive }) => exclusive === 'timeout')).toBeCloseTo(0.2, 2)
    expect(share(({ exclusive }) => exclusive === 'lost')).toBeCloseTo(0.3, 2)
    expect(share(({ refused }) => refused)).toBeCloseTo(0.5, 2)
    expect(share(({ exclusive, amount, twice }) => exclusive === '500' || amount || twice)).toBe(0)
  })

  test('are the same at each run, and others at the next request', () => {
    const run = (count: number) => keys.slice(0, 100).map((key) => drawFaults(faulty, key, count))
    expect(run(1)).toEqual(run(1))
    expect(run(1)).not.toEqual(run(2))
  })

  test('are read from a list', () => {
    expect(parseFaults('timeout=0.05,500=.1, lost=1.0')).toContain('together')
    expect(parseFaults('timeout=0.05, 500=.1,garbage=0,slow=0.1,lost=0.75,twice=1,refused=1,amount=1')).toEqual({
      timeout: 0.05,
      500: 0.1,
      garbage: 0,
      slow: 0.1,
      lost: 0.75,
      twice: 1,
      refused: 1,
      amount: 1,
    })
    for (const text of [
      '',
      'timeout',
      'timeout=2',
      'timeout=-1',
      'timeout=0.1,timeout=0.1',
      'flood=0.1',
      'timeout=0.1;lost=0.1',
    ])
      expect(typeof parseFaults(text), text).toBe('string')
  })
})

test('a latency is a range or one number', () => {
  expect(parseLatency('20..200')).toEqual({ from: 20, to: 200 })
  expect(parseLatency('0')).toEqual({ from: 0, to: 0 })
  for (const text of ['', '200..20', '-1', '1..', '..1', '1.5', '1..2..3', '123456'])
    expect(parseLatency(text), text).toBeNull()
})
