import { expect, test } from 'vitest'
import type { Lag, Reactor, ReaderLag } from '../api-shapes.ts'
import { verdictOf } from './verdict-parts.ts'

const reader: ReaderLag = {
  ...{ name: 'orders', kind: 'projection', position: 9, head: 9, behind: 0, secondsBehind: 0, inRate: 0, outRate: 0 },
  ...{ trend: 'steady', etaSeconds: 0, verdict: 'OK', settled: true, ageSeconds: 0, detail: null },
}
const lag: Lag = {
  ...{ verdict: 'OK', settled: true, groups: [], readers: [reader] },
  kafka: { state: 'not-configured', ageSeconds: null, detail: null },
  log: { state: 'connected', ageSeconds: 0, detail: null },
}
const reactor: Reactor = {
  ...{ name: 'expire-orders', state: 'live', position: 9, head: 9, lagEvents: 0, lagSeconds: 0, due: 0, overdue: 0 },
  ...{ overdueSeconds: 0, paused: null, outage: null, parked: [], parkedCount: 0, lastError: null },
}
const fine = { isHere: true, lag, reactors: [reactor] }

const states = (seen: Parameters<typeof verdictOf>[0]) => verdictOf(seen).map(({ part, state }) => `${part} ${state}`)
const sentences = (seen: Parameters<typeof verdictOf>[0]) => verdictOf(seen).flatMap((one) => one.sentences)

test('what is in order needs no sentence', () => {
  expect(states(fine)).toEqual(['service fine', 'database fine', 'readers fine', 'kafka without', 'reactors fine'])
  expect(sentences(fine)).toEqual([])
})

test('behind a service that does not answer nothing is known', () => {
  const away = { ...fine, isHere: false }
  expect(states(away).slice(1)).toEqual(['database unknown', 'readers unknown', 'kafka unknown', 'reactors unknown'])
  expect(sentences(away)).toEqual(['The service does not answer: what is shown is old.'])
})

test('of what was only just asked nothing is known yet', () => {
  expect(states({ isHere: null, lag: null, reactors: null }).filter((one) => !one.endsWith('unknown'))).toEqual([])
})

test.each([
  [
    { ...lag, log: { ...lag.log, state: 'unreachable', detail: 'it does not answer' } },
    'The database cannot be reached: it does not answer.',
  ],
  [
    { ...lag, kafka: { state: 'unreachable', ageSeconds: 3, detail: 'no broker answers' } },
    'Kafka cannot be reached: no broker answers.',
  ],
  [
    {
      ...lag,
      readers: [
        { ...reader, verdict: 'STALLED', secondsBehind: 90 },
        { ...reader, name: 'sales', verdict: 'WARN' },
      ],
    },
    'orders, sales: behind by 1 min 30 s, and not catching up.',
  ],
] as const satisfies readonly (readonly [Lag, string])[])('a trouble is one sentence: %#', (troubled, sentence) => {
  expect(sentences({ ...fine, lag: troubled })).toEqual([sentence])
})

test('reactors are told by what they wait for; those behind are told by themselves, not as readers', () => {
  const reactors: readonly Reactor[] = [
    { ...reactor, state: 'paused' },
    { ...reactor, name: 'pay', outage: { since: '', reason: 'the gateway does not answer' }, parkedCount: 1 },
  ]
  const readers = [reader, { ...reader, kind: 'reactor', verdict: 'STALLED' } as const]
  expect(sentences({ ...fine, lag: { ...lag, readers }, reactors })).toEqual([
    'expire-orders: paused.',
    'pay: wait, because the gateway does not answer.',
    'pay: could not do something, which waits for a retry.',
  ])
})
