/** Dead letters as a terminal shows them. */
import type { DeadLetter, DeadLetterList, DeadLetterRetry, DeadLetterSummary } from '../../dashboard/api-shapes.ts'
import { table } from './output.ts'

const MOST_MESSAGE = 80
const HEX_BYTES = 256
const ROW = 16

export function groupsText({ groups, room }: Pick<DeadLetterList, 'groups' | 'room'>): string {
  if (groups.length === 0) return 'no dead letters; orderledger poison creates some'
  const rows = groups.map((group) => [
    group.cause,
    group.parked,
    group.retried,
    group.discarded,
    group.lastAt,
    cut(group.message),
  ])
  return [
    table(['cause', 'parked', 'retried', 'discarded', 'last seen', 'latest error'], rows),
    ...(room.full === null ? [] : [`no room: ${room.full}`]),
    `next: orderledger dead-letters retry ${groups[0]?.cause ?? ''} --dry-run`,
  ].join('\n')
}

export function lettersText(letters: readonly DeadLetterSummary[]): string {
  if (letters.length === 0) return 'no such letters; orderledger dead-letters list shows the causes'
  const rows = letters.map((letter) => [
    letter.id,
    letter.state,
    `${letter.topic}/${String(letter.partition)}/${String(letter.offset)}`,
    printable(letter.key ?? '').slice(0, 32),
    letter.parkedAt,
    cut(letter.message),
  ])
  return table(['letter', 'state', 'record', 'key', 'parked', 'error'], rows)
}

export function letterText(letter: DeadLetter): string {
  const { id, topic, partition, offset, key, size, message, cause, state, parkedAt, publishedAt } = letter
  const facts = table(
    ['letter', String(id)],
    [
      ['state', state],
      ['record', `${topic}, partition ${String(partition)}, offset ${String(offset)}`],
      ['written', letter.timestamp ?? 'unknown time'],
      ['key', key === null ? 'none' : printable(key)],
      ['value', size === null ? 'none' : `${String(size)} bytes`],
      ['class', letter.class],
      ['cause', cause],
      ['wrong', printable(message)],
      ['parked', parkedAt],
      ['published to its topic', publishedAt ?? 'not yet'],
    ],
  )
  const headers = letter.headers.map(({ name, text, base64 }) => `  ${printable(name)}: ${printable(text ?? base64)}`)
  const history = letter.history.map(({ at, act, by, detail }) => `  ${at} ${act} by ${by}: ${printable(detail)}`)
  return [
    facts,
    ...section('headers', headers),
    ...section(
      'decoded',
      letter.decoded === null ? [] : letter.decoded.split('\n').map((line) => `  ${printable(line)}`),
    ),
    ...section(`bytes${(size ?? 0) > HEX_BYTES ? ` (the first ${String(HEX_BYTES)})` : ''}`, hexLines(letter.base64)),
    ...section('history', history),
  ].join('\n')
}

export function retryText({ dryRun, total, succeeded, refused, failed, left }: DeadLetterRetry): string {
  const lines = [
    dryRun
      ? `would succeed: ${String(succeeded)} of ${String(total)}; would be rejected: ${String(refused)}; would fail: ${String(failed)}`
      : `succeeded: ${String(succeeded)} of ${String(total)}; rejected: ${String(refused)}; failed: ${String(failed)}`,
  ]
  if (left > 0) lines.push(`${String(left)} more were not checked; run the same command again to continue`)
  return lines.join('\n')
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines]
}

function hexLines(base64: string | null): readonly string[] {
  const bytes = Buffer.from(base64 ?? '', 'base64').subarray(0, HEX_BYTES)
  return Array.from({ length: Math.ceil(bytes.length / ROW) }, (_, row) => {
    const part = bytes.subarray(row * ROW, (row + 1) * ROW)
    const hex = part
      .toString('hex')
      .replaceAll(/(..)/g, '$1 ')
      .padEnd(ROW * 3)
    return `  ${(row * ROW).toString(16).padStart(4, '0')}  ${hex} ${part.toString('latin1').replaceAll(/[^ -~]/g, '.')}`
  })
}

function cut(text: string): string {
  const shown = printable(text)
  return shown.length > MOST_MESSAGE ? `${shown.slice(0, MOST_MESSAGE)}…` : shown
}

/** Without what a terminal would act on. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cs}]/gu, '\u{FFFD}')
}
