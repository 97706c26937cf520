/** Lag as a table: a line for each group and reader, and below a group one for each of its partitions. */
import type { GroupLag, Lag, LagReport, Reach } from '../../kafka/lag/lag-report.ts'
import type { Verdict } from '../../kafka/lag/lag.ts'
import { styled, table, type Cell, type Style } from '../output/output.ts'
import type { ProgressStream } from '../output/progress.ts'

const HEADINGS = ['who', 'at', 'behind', 'seconds', 'in/s', 'out/s', 'trend', 'caught up in', 'age', 'verdict']

const STYLES: Readonly<Record<Verdict, Style>> = {
  OK: 'green',
  WARN: 'yellow',
  UNKNOWN: 'red',
  STALLED: 'red',
  STOPPED: 'red',
}

export function lagText({ kafka, log, groups, readers, verdict, settled }: LagReport, stream: ProgressStream): string {
  const ofGroups = groups.flatMap((group) => [
    row(group.group, groupText(group), group),
    ...group.partitions.map((one) =>
      row(`  ${one.topic} ${one.partition}`, `${one.offset ?? '?'} of ${one.end ?? '?'}`, one),
    ),
  ])
  const ofReaders = readers.map((reader) => {
    const name = reader.kind === 'relay' ? reader.name : `${reader.kind} ${reader.name}`
    return row(name, `${reader.position ?? '?'} of ${reader.head ?? '?'}`, reader)
  })
  const rows = [...ofGroups, ...ofReaders]
  return [
    rows.length === 0 ? 'no consumer group has committed offsets on these topics' : table(HEADINGS, rows),
    '',
    ...reachLines('kafka', kafka, 'KAFKA_BROKERS'),
    ...reachLines('database', log, 'DATABASE_URL'),
    `${styled(stream, STYLES[verdict], verdict)}${settled ? '' : ' so far: watch it longer to be sure'}`,
  ].join('\n')
}

function row(who: string, at: string, lag: Lag): readonly Cell[] {
  const { behind, secondsBehind, inRate, outRate, trend, etaSeconds, ageSeconds, verdict, settled, detail } = lag
  return [
    printable(who),
    at,
    behind ?? '?',
    secondsBehind === null ? '?' : secondsBehind.toFixed(1),
    Math.round(inRate),
    Math.round(outRate),
    trend,
    behind === 0 ? '' : etaSeconds === null ? '?' : `${Math.ceil(etaSeconds)} s`,
    ageSeconds === null ? 'never' : `${ageSeconds.toFixed(1)} s`,
    `${verdict}${settled ? '' : '?'}${detail === null ? '' : ` (${printable(detail)})`}`,
  ]
}

function reachLines(what: string, { state, ageSeconds, detail }: Reach, variable: string): readonly string[] {
  if (state === 'not-configured') return [`${what}: not configured (${variable})`]
  if (state === 'connected') return detail === null ? [] : [`${what}: ${printable(detail)}`]
  const age = ageSeconds === null ? '' : `, data ${ageSeconds.toFixed(1)} s old`
  return [`${what}: unreachable${age}: ${printable(detail)}`]
}

const KINDS: Readonly<Record<string, string>> = {
  consumer: 'consumer protocol (KIP-848)',
  share: 'share group',
  streams: 'Kafka Streams',
}

function groupText({ state, kind, members: all }: GroupLag): string {
  const what = kind === null || kind === 'classic' ? [] : [KINDS[kind] ?? printable(kind)]
  return [state, ...what, members(all.length)].join(', ')
}

function members(count: number): string {
  return `${count} ${count === 1 ? 'member' : 'members'}`
}

/** Groups are named by those who use them. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}]/gu, '\u{FFFD}')
}
