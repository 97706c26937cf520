import { describe, expect, test } from 'vitest'
import { groupLag } from './group-lag.ts'
import type { GroupPartition } from './group-look.ts'
import type { Sample } from './lag.ts'
import { partitionKey, type SeenGroup } from './lag-report.ts'

const SECONDS = 20

type Line = (second: number) => number

/** A group that has been watched for 20 s; `lines`: where it stood in each partition of the topic, and where the end was. */
function watched(
  lines: readonly { readonly position: Line; readonly end: Line; readonly member?: string | null }[],
  { kept = 0, dealtOut = true, members = 1 } = {},
) {
  const groups = new Map<string, readonly Sample[]>()
  const partitions = lines.map(({ position, member = 'a' }, partition): GroupPartition => {
    return { topic: 't', partition, committed: position(SECONDS), left: null, member }
  })
  for (const [partition, { position, end }] of lines.entries()) {
    const samples = Array.from({ length: SECONDS + 1 }, (_, second) => ({
      ...{ at: second * 1_000, position: position(second), end: end(second), start: kept * second },
    }))
    groups.set(partitionKey('t', partition, 'g'), samples)
  }
  const look = {
    ...{ kind: 'classic', state: 'Stable', dealtOut, partitions, served: members > 0, undescribed: null },
    members: Array.from({ length: members }, () => ({ client: 'c', host: 'h', partitions: lines.length })),
  }
  const at = SECONDS * 1_000
  const seen: SeenGroup = { group: 'g', look, at, askedAt: at, reads: true, failure: null, failingSince: null }
  const shape = { leader: 1, replicas: [1], inSync: [1] }
  const topics = [
    {
      name: 't',
      partitions: lines.map(({ end }, partition) => {
        return { ...shape, partition, start: kept * SECONDS, end: end(SECONDS), stable: end(SECONDS) }
      }),
    },
  ]
  const histories = { groups, ends: new Map(), readers: new Map(), peeked: new Map() }
  return {
    seen,
    ground: { prefix: 'p.', topics, histories, waits: new Map<string, string>(), now: { monotonic: at, time: at } },
  }
}

function lagOf(...given: Parameters<typeof watched>) {
  const { seen, ground } = watched(...given)
  return groupLag(seen, ground)
}

const ten: Line = () => 10
const none: Line = () => 0

describe('a group', () => {
  test('that works off its backlog partition by partition is not STALLED in those that wait for their turn', () => {
    const busy = { position: (second: number) => 100 * second, end: () => 5_000 }
    const lag = lagOf([busy, { position: none, end: ten }])
    expect(lag.verdict).toBe('OK')
    expect(lag.partitions[1]?.detail).toContain('waits for its turn: the member is at t 0')
    // The one that was worked off a moment ago kept the other waiting, too.
    const done = { position: (second: number) => Math.min(1_200, 100 * second), end: () => 1_200 }
    expect(lagOf([done, { position: none, end: ten }]).verdict).not.toBe('STALLED')
  })

  test('that works on one partition without an end warns of the others', () => {
    const endless = { position: (second: number) => 100 * second, end: (second: number) => 100 * second + 50 }
    expect(lagOf([endless, { position: none, end: ten }]).verdict).toBe('WARN')
  })

  test('is STALLED in one partition while it keeps up with the others, and those of other members do not excuse it', () => {
    const current = { position: (second: number) => second, end: (second: number) => second }
    expect(lagOf([current, { position: none, end: ten }]).verdict).toBe('STALLED')
    const other = { position: (second: number) => 100 * second, end: () => 5_000, member: 'b' }
    expect(lagOf([other, { position: none, end: ten }]).verdict).toBe('STALLED')
  })

  test('is STOPPED in a partition that no member has, and not while partitions are dealt out', () => {
    const lines = [
      { position: ten, end: ten },
      { position: none, end: ten, member: null },
    ]
    const lag = lagOf(lines)
    expect(lag).toMatchObject({ verdict: 'STOPPED', detail: 'no member of the group has this partition' })
    expect(lagOf(lines, { dealtOut: false }).verdict).toBe('STALLED')
    expect(lagOf(lines, { dealtOut: false, members: 0 }).verdict).toBe('STOPPED')
  })

  test('that stands still is STALLED though what it has not read is deleted under it', () => {
    const lag = lagOf([{ position: none, end: (second) => 100 + second }], { kept: 2 })
    expect(lag).toMatchObject({
      verdict: 'STALLED',
      behind: 80,
      detail: '40 messages were deleted before they were read',
    })
  })

  test('that cannot be described is UNKNOWN, with the reason, and settled once waiting does not help', () => {
    const { seen, ground } = watched([{ position: ten, end: ten }])
    const never = { ...seen, look: null, at: null }
    const refused = groupLag({ ...never, failure: { message: 'not authorized', final: true } }, ground)
    expect(refused).toMatchObject({ verdict: 'UNKNOWN', settled: true, behind: null, ageSeconds: null })
    expect(refused.detail).toContain('not authorized')
    const passing = { ...never, failure: { message: 'loading', final: false } }
    expect(groupLag({ ...passing, failingSince: 15_000 }, ground).settled).toBe(false)
    expect(groupLag({ ...passing, failingSince: 5_000 }, ground).settled).toBe(true)
  })

  test('whose rows are older than ten seconds is UNKNOWN', () => {
    const { seen, ground } = watched([{ position: ten, end: ten }])
    expect(groupLag(seen, { ...ground, now: { monotonic: 29_000, time: 0 } }).verdict).toBe('OK')
    const old = groupLag(seen, { ...ground, now: { monotonic: 31_000, time: 0 } })
    expect(old).toMatchObject({ verdict: 'UNKNOWN', ageSeconds: 11, settled: true })
  })
})
