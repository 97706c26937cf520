/** Where commands write: results to stdout, as text or with --json as one JSON document; everything else to stderr. */
import { styleText } from 'node:util'
import { startProgress } from './progress.ts'
import type { Progress, ProgressStream } from './progress.ts'

export interface OutputStreams {
  readonly stdout: ProgressStream
  readonly stderr: ProgressStream
}

export interface Output {
  readonly streams: OutputStreams
  /** Whether the result is asked for as JSON; known once the arguments are parsed. */
  json(): boolean
  /** The result: `value` with --json, else the text. */
  result(value: unknown, text: () => string): void
  /** A line for those who watch; never part of the result. */
  note(line: string): void
  /** Shows how far a long work is, on stderr. `total` null: unknown. */
  progress(label: string, total: number | null): Progress
}

export function createOutput(streams: OutputStreams, json: () => boolean): Output {
  return {
    streams,
    json,
    result(value, text) {
      streams.stdout.write(`${json() ? JSON.stringify(value, null, 2) : text()}\n`)
    },
    note(line) {
      streams.stderr.write(`${line}\n`)
    },
    progress: (label, total) => startProgress({ label, total, stream: streams.stderr, now: () => Date.now() }),
  }
}

export type Style = 'red' | 'green' | 'yellow' | 'dim' | 'bold'

/** The text in a style where the stream shows it: on a terminal, unless NO_COLOR is set. */
export function styled(stream: ProgressStream, style: Style, text: string): string {
  return stream.hasColors?.() === true ? styleText(style, text) : text
}

export type Cell = string | number

/** Rows in aligned columns under their headings; columns of numbers are aligned to the right. */
export function table(headings: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = [headings, ...rows.map((row) => row.map(cellText))]
  const widths = headings.map((_, column) => Math.max(...texts.map((row) => row[column]?.length ?? 0)))
  const right = headings.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'))
  return texts
    .map((row) =>
      row
        .map((text, column) =>
          right[column] === true ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function cellText(cell: Cell): string {
  return typeof cell === 'number' ? cell.toLocaleString('en-US') : cell
}
