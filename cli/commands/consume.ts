/** Shows the messages of a topic, decoded: alone, without anybody noticing, or as a member of a consumer group. */
import { InvalidArgumentError, Option, type Command } from 'commander'
import { StartFailure } from '../../app/start-failure.ts'
import type { BrowseFrom } from '../../kafka/topics/browse-topic.ts'
import type { Isolation } from '../../kafka/client/partition-reader.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import { topicName, topics } from '../../kafka/topics/topics.ts'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import { watchInterruption } from '../load/interruption.ts'
import { wholeNumber } from '../load/options.ts'
import { consumeAlone } from '../records/consume-alone.ts'
import { consumeInGroup, type PassedOffsets } from '../records/consume-in-group.ts'
import { consumeDecoder } from '../records/consume-decoder.ts'
import { requireKafka, toldIfAway } from '../records/reach-kafka.ts'
import { recordText } from '../records/record-text.ts'
import { RecordSink, type ConsumeReport } from '../records/record-sink.ts'
import { grouped } from '../output/report.ts'

interface ConsumeOptions {
  readonly number?: number
  readonly from: BrowseFrom
  readonly decode?: true
  readonly headers?: true
  readonly group?: string
  readonly isolation?: Isolation
  readonly work: number
}

const LONGEST_WORK_MS = 60_000

const details = `
TOPIC is one of ours (orders, user-events, ...) or the whole name of any other. Follows it until Ctrl-C or -n messages,
and says at the end how many a second it were. With --decode events of ours and messages of others whose schemas are
in the registry are shown by their fields, else in hex; JSON is
shown as it is, and nothing that cannot be read stops the command.
What a transaction rolled back, or may still roll back, is hidden; with --isolation all it is shown and says so.
Without --group all partitions are read from --from on, and nobody notices; those that are added, from their beginning.
With --group the members share the partitions and go on where the group was; --from says where a new group begins;
partitions that are added are read from their beginning. What cannot be unpacked is named with its offsets and passed
over: the exit code then is 1. --work makes each message take so long, to see how a group scales and what
\`orderledger lag\` says of it.`

export function register(program: Command, context: CommandContext): void {
  program
    .command('consume')
    .description('show the messages of a topic, decoded')
    .argument('<topic>', 'which')
    .option('-n, --number <n>', 'number of messages (default: until Ctrl-C)', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .addOption(
      new Option('--from <where>', 'earliest, latest, an offset, or a time (RFC 3339)')
        .argParser(parseFrom)
        .default({ at: 'earliest' }, 'earliest'),
    )
    .option('--decode', 'show the fields of events')
    .option('--headers', 'also show the headers')
    .addOption(
      new Option(
        '--isolation <level>',
        'committed (default), or all: what transactions rolled back too, marked',
      ).choices(['committed', 'all']),
    )
    .option('--group <group>', 'join this consumer group')
    .option('--work <ms>', 'milliseconds to spend on each message', wholeNumber(0, LONGEST_WORK_MS), 0)
    .addHelpText('after', details)
    .addHelpText(
      'after',
      examples(
        'orderledger consume orders -n 10 --decode',
        'orderledger consume user-events --group analysts --work 10',
      ),
    )
    .action((topic: string, options: ConsumeOptions) => consume(context, topic, options))
}

async function consume(context: CommandContext, asked: string, options: ConsumeOptions): Promise<void> {
  const { output } = context
  const kafka = requireKafka(context, `consume ${asked}`)
  const { group, from, work, isolation = 'committed' } = options
  requireUsage(options)
  const decoder = options.decode === true ? await consumeDecoder(context) : null
  const interruption = watchInterruption(() => undefined)
  const { signal } = interruption
  const text = recordText({ decode: decoder?.decode ?? null, json: output.json(), headers: options.headers === true })
  const sink = new RecordSink(output.streams.stdout, {
    text,
    most: options.number ?? Infinity,
    prepare: decoder?.prepare ?? null,
  })
  const topic = wholeName(kafka, asked)
  const onAdded = (partitions: readonly number[]) => output.note(`partitions were added: ${partitions.join(', ')}`)
  let lastReason = ''
  const onRetry = (reason: string): void => {
    if (reason !== lastReason) output.note(`retrying: ${reason}`)
    lastReason = reason
  }
  const common = { kafka, topic, sink, signal, onAdded, onRetry }
  try {
    const reading = () =>
      group === undefined
        ? consumeAlone({ ...common, from, isolation })
        : consumeInGroup({
            ...common,
            group,
            work,
            fromBeginning: from.at !== 'latest',
            onJoined: (partitions) => output.note(joinedText(group, partitions)),
            onPassed(passed) {
              output.note(passedText(passed))
              context.exitWith(1)
            },
          })
    await toldIfAway(kafka, reading, topic)
  } finally {
    interruption.release()
    const report = sink.report()
    output.note(output.json() ? JSON.stringify({ consumed: report }) : summary(report))
  }
}

function requireUsage({ group, from, work, isolation }: ConsumeOptions): void {
  const wrong =
    group === undefined
      ? work > 0 && '--work needs --group'
      : isolation !== undefined
        ? '--isolation is for reading without --group: a group reads what is committed'
        : (from.at === 'offset' || from.at === 'time') &&
          'with --group, --from can only be earliest or latest: a group continues where it was'
  if (wrong === false) return
  throw new StartFailure({
    code: 'usage',
    exitCode: 2,
    what: wrong,
    tried: 'to read the options',
    next: 'orderledger consume --help',
  })
}

/** Names of the table stand for our topics; any other is taken as it is. */
function wholeName({ prefix }: KafkaSettings, asked: string): string {
  const known = topics.find(({ name }) => name === asked)
  return known === undefined ? asked : topicName(prefix, known.name)
}

function joinedText(group: string, partitions: readonly number[]): string {
  return partitions.length === 0
    ? `joined ${group}: all partitions are taken by other members`
    : `joined ${group}: partitions ${partitions.join(', ')}`
}

function passedText({ partition, first, last, reason }: PassedOffsets): string {
  return `partition ${String(partition)}, offsets ${String(first)} to ${String(last)}: passed over, cannot be unpacked: ${reason}`
}

function summary({ messages, bytes, seconds, ratePerSecond }: ConsumeReport): string {
  const rate = ratePerSecond === 0 ? '' : `, ${grouped(ratePerSecond)} a second`
  return `${grouped(messages)} messages, ${grouped(bytes)} bytes in ${seconds.toFixed(1)} s${rate}`
}

function parseFrom(text: string): BrowseFrom {
  if (text === 'earliest' || text === 'latest') return { at: text }
  if (/^\d{1,15}$/.test(text)) return { at: 'offset', offset: Number(text) }
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN
  if (time >= 0) return { at: 'time', time }
  throw new InvalidArgumentError('Use earliest, latest, an offset, or a time like 2026-11-27T08:00:00Z.')
}
