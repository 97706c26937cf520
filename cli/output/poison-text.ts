/** What became of a poison run, as a terminal shows it. */
import { table } from './output.ts'
import type { PoisonReport } from '../load/run-poison.ts'

export function poisonText({ cases, good, seconds, ok }: PoisonReport): string {
  const rows = cases.map(({ name, expected, found }) => [
    name,
    expected,
    found.length === 1 && found[0] === expected ? 'parked once' : `WRONG: ${found.join(', ') || 'not parked'}`,
  ])
  const parked = cases.filter(({ expected, found }) => found.length === 1 && found[0] === expected).length
  return [
    table(['record', 'class', 'outcome'], rows),
    `${String(parked)} of ${String(cases.length)} bad records parked once; ${String(good.placed)} of ${String(good.sent)} good orders placed; ${seconds.toFixed(1)} s`,
    ok ? 'next: orderledger dead-letters list' : 'next: the log of the service, and orderledger dead-letters list',
  ].join('\n')
}
