/** How far a consumer group is behind, from what was seen of it. Pure. */
import type { GroupLook } from './group-look.ts'
import { judge, nextOf, secondsBehind, worksOffBacklog, worse, type Trend, type Verdict } from './lag.ts'
import {
  ageOf,
  NOTHING_KNOWN,
  partitionKey,
  rounded,
  roundedRates,
  STALE_SECONDS,
  sum,
  type Ground,
  type GroupLag,
  type Lag,
  type PartitionLag,
  type SeenGroup,
} from './lag-report.ts'
import { partitionsOf, type SeenPartition } from './seen-partitions.ts'

export function groupLag(seen: SeenGroup, ground: Ground): GroupLag {
  const { group, look, failure, failingSince } = seen
  const { now } = ground
  const { kind = null, state = 'Unknown', members = [], undescribed = null } = look ?? {}
  const ageSeconds = ageOf(seen.at, now)
  const failing = failure === null ? null : `it cannot be described: ${failure.message}`
  const final = failure === null || failure.final || (ageOf(failingSince, now) ?? 0) > STALE_SECONDS
  const all = partitionsOf(seen, ground)
  const partitions = all.map((one) => partitionLag(one, { seen, all, ground, ageSeconds, final }))
  const total = totalOf(partitions)
  const nothing = look === null || (undescribed !== null && partitions.length === 0)
  const known = nothing ? { ...NOTHING_KNOWN, settled: final } : total
  const detail = failing ?? total.detail ?? undescribed
  return { group, kind, state, members, ...known, ageSeconds, detail, partitions }
}

function partitionLag(
  one: SeenPartition,
  around: {
    readonly seen: SeenGroup
    readonly all: readonly SeenPartition[]
    readonly ground: Ground
    readonly ageSeconds: number | null
    /** What is not known will not be known by waiting. */
    readonly final: boolean
  },
): PartitionLag {
  const { seen, all, ground, ageSeconds, final } = around
  const { look } = seen
  const { topic, partition, key, bounds, committed, there } = one
  const { histories, now } = ground
  const samples = histories.groups.get(key) ?? []
  const last = samples.at(-1)
  const where = { topic, partition, ageSeconds }
  if (last === undefined || look === null || bounds === null) {
    const detail =
      look === null
        ? null
        : !there
          ? 'the cluster does not show this topic: run orderledger topics create, or grant DESCRIBE on it'
          : bounds === null
            ? 'the partition has no leader'
            : null
    return { ...where, offset: committed, end: bounds?.end ?? null, ...NOTHING_KNOWN, settled: final, detail }
  }
  const dealt = look.dealtOut ? one.member !== null : look.served
  const peeked = histories.peeked.get(key)
  const sinceWritten =
    peeked?.next === nextOf(last) && peeked.at !== null ? Math.max(0, now.time - peeked.at) / 1_000 : null
  const progress = roundedRates(judge(samples, dealt))
  const shown = {
    ...{ ...where, offset: last.position, end: last.end },
    secondsBehind: rounded(secondsBehind(samples, now.monotonic) ?? sinceWritten),
  }
  if (ageSeconds !== null && ageSeconds > STALE_SECONDS) {
    return {
      ...shown,
      ...progress,
      verdict: 'UNKNOWN',
      settled: true,
      detail: `it was seen ${String(ageSeconds)} s ago`,
    }
  }
  const { verdict, behind } = progress
  const stands = samples[0] !== last && samples.at(-2)?.position === last.position
  const waits = behind > 0 && (stands || (peeked?.next === nextOf(last) && peeked.open))
  if (waits && bounds.stable < bounds.end && nextOf(last) >= bounds.stable) {
    const detail = `a transaction that began at offset ${String(bounds.stable)} is open: what follows waits until it ends`
    return { ...shown, ...progress, detail }
  }
  // A group of commands has the name of its topic.
  const known = seen.group === topic ? ground.waits.get(partitionKey(topic, partition)) : undefined
  if (behind > 0 && known !== undefined) return { ...shown, ...progress, detail: known }
  const others = all.filter((other) => other.key !== key && other.member !== null && other.member === one.member)
  const busy = others.find((other) => worksOffBacklog(histories.groups.get(other.key) ?? []))
  if (verdict === 'STALLED' && busy !== undefined) {
    const detail = `it waits for its turn: the member is at ${busy.topic} ${String(busy.partition)}`
    const falls = judge(histories.groups.get(busy.key) ?? [], true).trend === 'falling'
    return { ...shown, ...progress, verdict: falls && progress.trend !== 'rising' ? 'OK' : 'WARN', detail }
  }
  return { ...shown, ...progress, detail: behind === 0 ? null : standingDetail(one, look) }
}

function standingDetail({ committed, member, bounds }: SeenPartition, { dealtOut, members }: GroupLook): string | null {
  if (dealtOut && members.length > 0 && member === null) return 'no member of the group has this partition'
  if (committed === null) return 'nothing is committed'
  const lost = (bounds?.start ?? 0) - committed
  return lost > 0 ? `${String(lost)} messages were deleted before they were read` : null
}

function totalOf(partitions: readonly PartitionLag[]): Omit<Lag, 'ageSeconds'> {
  const etas = partitions.map(({ etaSeconds }) => etaSeconds)
  const seconds = partitions.map((one) => one.secondsBehind)
  const known = partitions.flatMap(({ behind }) => behind ?? [])
  const verdict = partitions.reduce<Verdict>((worst, one) => worse(worst, one.verdict), 'OK')
  return {
    behind: known.length === 0 && partitions.length > 0 ? null : sum(known),
    inRate: rounded(sum(partitions.map(({ inRate }) => inRate))),
    outRate: rounded(sum(partitions.map(({ outRate }) => outRate))),
    trend: trendOf(partitions.map(({ trend }) => trend)),
    // The group is done when its last partition is.
    etaSeconds: etas.includes(null) ? null : Math.max(0, ...etas.map(Number)),
    secondsBehind: seconds.includes(null) ? null : Math.max(0, ...seconds.map(Number)),
    verdict,
    settled: partitions.every(({ settled }) => settled),
    // What is worst says why.
    detail: partitions.find((one) => one.verdict === verdict && one.detail !== null)?.detail ?? null,
  }
}

function trendOf(trends: readonly Trend[]): Trend {
  if (trends.includes('rising')) return 'rising'
  return trends.includes('falling') ? 'falling' : 'steady'
}
