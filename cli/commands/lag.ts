/** Shows how far behind everybody is: consumer groups, the relay, the projections; once or until Ctrl-C. */
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { Command } from 'commander'
import { StartFailure } from '../../app/start-failure.ts'
import { lagReport, type LagReport } from '../../kafka/lag/lag-report.ts'
import type { Verdict } from '../../kafka/lag/lag.ts'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import { watchInterruption } from '../load/interruption.ts'
import { addServiceOptions } from '../client/service.ts'
import { withLag, type LagAsked, type ReadLag } from '../records/lag-source.ts'
import { lagText } from '../records/lag-text.ts'

interface LagOptions extends LagAsked {
  readonly monitor?: true
}

const EVERY_MS = 1_000
/** Longer than any verdict takes to settle. */
const PATIENCE_MS = 15_000
const BAD: ReadonlySet<Verdict> = new Set(['UNKNOWN', 'STALLED', 'STOPPED'])
const HOME_AND_CLEAR = '\u{1b}[H\u{1b}[J'

const details = `
Behind counts messages (groups) or events (the relay and the projections); seconds are the age of the oldest unread one.
Verdicts come from watching, for up to ten seconds if something is unread, and need no thresholds:
  OK       has read everything, or moves and does not fall further behind
  WARN     moves, but falls behind
  UNKNOWN  could not be looked at, or not in the last ten seconds: the reason stands beside it
  STALLED  runs, but does not move although something is unread
  STOPPED  does not run although something is unread
The groups of this service and all their partitions are always shown, from where they would begin.
It asks the running service; without one, or one without the role api, it looks at the cluster of KAFKA_BROKERS and the
database directly.
Exit code 1 if a reader is UNKNOWN, STALLED or STOPPED, 3 if nothing could be looked at.`

export function register(program: Command, context: CommandContext): void {
  const command = program
    .command('lag')
    .description('show how far behind consumer groups, the relay and the projections are')
    .option('--monitor', 'repeat until Ctrl-C')
    .option('--group <group>', 'only this consumer group')
  addServiceOptions(command)
    .addHelpText('after', details)
    .addHelpText('after', examples('orderledger lag', 'orderledger lag --monitor --group analysts'))
    .action((options: LagOptions) => lag(context, options))
}

async function lag(context: CommandContext, options: LagOptions): Promise<void> {
  const interruption = watchInterruption(() => undefined)
  const { signal } = interruption
  try {
    await withLag(context, options, {
      signal,
      work: async (read) => {
        const ofGroup = async () => only(options.group, await read())
        const last = options.monitor ? await monitor(context, ofGroup, signal) : await settled(context, ofGroup, signal)
        if (last !== null && BAD.has(last.verdict)) context.exitWith(1)
      },
    })
  } finally {
    interruption.release()
  }
}

/** Watches until every verdict is more than a guess. */
async function settled({ output }: CommandContext, read: ReadLag, signal: AbortSignal): Promise<LagReport> {
  const start = performance.now()
  let report = await read()
  if (!report.settled) output.note('watching unread messages, for up to ten seconds')
  while (!report.settled && performance.now() - start < PATIENCE_MS && (await paused(signal))) report = await read()
  requireSomethingSeen(report)
  output.result(report, () => lagText(report, output.streams.stdout))
  return report
}

async function monitor({ output }: CommandContext, read: ReadLag, signal: AbortSignal): Promise<LagReport | null> {
  const { stdout } = output.streams
  let report: LagReport | null = null
  do {
    const now = await unlessAborted(signal, read)
    if (now === null) break
    report = now
    const clear = stdout.isTTY === true ? HOME_AND_CLEAR : ''
    stdout.write(output.json() ? `${JSON.stringify(now)}\n` : `${clear}${lagText(now, stdout)}\n`)
  } while (await paused(signal))
  return report
}

function only(group: string | undefined, report: LagReport): LagReport {
  if (group === undefined) return report
  const groups = report.groups.filter((one) => one.group === group)
  if (groups.length === 0 && report.kafka.state === 'connected') throw noSuchGroup(group, report)
  return lagReport({ kafka: report.kafka, log: report.log, groups, readers: [] })
}

function noSuchGroup(group: string, { groups }: LagReport): StartFailure {
  return new StartFailure({
    code: 'no-such-group',
    exitCode: 1,
    what: `no consumer group ${group} has offsets on these topics`,
    tried: 'to list the groups of the cluster',
    next: groups.length === 0 ? 'orderledger lag' : `--group with one of ${groups.map((one) => one.group).join(', ')}`,
  })
}

/** With the database alone there is something to show. */
function requireSomethingSeen({ kafka, log }: LagReport): void {
  if (kafka.state !== 'unreachable' || kafka.ageSeconds !== null || log.ageSeconds !== null) return
  throw new StartFailure({
    code: 'kafka-unreachable',
    exitCode: 3,
    what: `Kafka: ${kafka.detail}`,
    tried: 'to read its groups and topics',
    next: 'start the brokers, or correct KAFKA_BROKERS',
  })
}

/** Null when the signal fires before the answer: a service that does not answer must not keep anybody. */
async function unlessAborted(signal: AbortSignal, read: ReadLag): Promise<LagReport | null> {
  const answered = new AbortController()
  const aborted = once(signal, 'abort', answered).then(
    () => null,
    () => null,
  )
  try {
    return await Promise.race([read(), aborted])
  } finally {
    answered.abort()
  }
}

/** False when the signal fired. */
async function paused(signal: AbortSignal): Promise<boolean> {
  await delay(EVERY_MS, undefined, { signal }).catch(() => undefined)
  return !signal.aborted
}
