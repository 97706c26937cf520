/** What a rehearsal found, for people. */
import type { Rehearsal } from '../../audit/rehearsal/rehearse.ts'
import type { TableDifferences } from '../../audit/rehearsal/rows-in-doubt.ts'
import type { PathReport, VersionReport } from '../../audit/rehearsal/version-tally.ts'
import type { StatesSeen } from '../../audit/rehearsal/stream-states.ts'
import type { TopicsRehearsal } from '../schemas/rehearse-topics.ts'
import { styled, table, type Output } from './output.ts'
import { grouped } from './report.ts'

/** The document of `schemas rehearse --json`. */
export interface RehearsalReport extends Rehearsal {
  readonly proposals: readonly { readonly event: string; readonly version: number; readonly file: string }[]
  readonly seconds: number
  readonly eventsPerSecond: number
}

const SAMPLES = 3

export function rehearsalText(report: RehearsalReport, output: Output): string {
  const { versions, meaning, streams, tables, others, unreadable, proposals } = report
  const mark = marking(output)
  const stored = versions.length === 0 ? [mark(true, 'the log has no event that it affects')] : [versionTable(versions)]
  return [
    ...proposals.map(({ event, version, file }) => `${event} version ${version} (${file})`),
    `rehearsed up to position ${grouped(report.position)}: ${report.seconds.toFixed(1)} s, ${grouped(report.eventsPerSecond)} events/s`,
    '',
    ...stored,
    '',
    ...versions.flatMap((version) => versionLines(version, mark)),
    ...meaning.map(({ event, path, message }) => mark(false, `${event} ${path}: ${message}`)),
    ...stateLines(streams, mark),
    ...tableLines(tables, mark),
    mark(unreadable.count === 0, `${grouped(others)} other events can be read`),
    ...(unreadable.first === null ? [] : [`  ${grouped(unreadable.count)} cannot, the first ${at(unreadable.first)}`]),
    ...(unreadable.first === null ? [] : [`    ${unreadable.first.message}`]),
    ...(report.complete ? [] : [mark(false, 'stopped early: the rest of the log was not checked')]),
  ].join('\n')
}

/** The same for the records of topics. */
export function topicRehearsalText({ topics, missing }: TopicsRehearsal, output: Output): string {
  const mark = marking(output)
  if (topics.length === 0) return mark(true, 'the topics have no events')
  const found = topics.flatMap(({ topic, records, versions, others, unreadable }) => [
    `${topic}: ${grouped(records)} records`,
    ...(versions.length === 0 ? [] : [versionTable(versions)]),
    ...versions.flatMap((version) => versionLines(version, mark)),
    mark(unreadable.count === 0, `${grouped(others)} other events can be read`),
    ...(unreadable.first === null ? [] : [`  ${grouped(unreadable.count)} cannot, the first at ${unreadable.first}`]),
    '',
  ])
  return [...found, ...missing.map((topic) => `missing: ${topic}`)].join('\n').trimEnd()
}

function marking({ streams }: Output): Mark {
  const [fine, found] = [styled(streams.stdout, 'green', '✔'), styled(streams.stdout, 'red', '✖')]
  return (isFine, text) => `${isFine ? fine : found} ${text}`
}

type Mark = (isFine: boolean, text: string) => string

function versionTable(versions: readonly VersionReport[]): string {
  return table(
    ['event', 'version', 'stored', 'decoded', 'changed', 'not decoded', 'not folded', 'not projected'],
    versions.map(({ event, version, events, decoded, changed, failed }) => [
      ...[event, version, events, decoded, changed, failed.decode, failed.fold, failed.project],
    ]),
  )
}

function versionLines({ event, version, paths, failure }: VersionReport, mark: Mark): readonly string[] {
  const lines = paths.map((path) => mark(path.kind !== 'changed', `${event} v${version} ${pathLine(path)}`))
  if (failure === null) return lines
  const where = failure.path === '' ? '' : `${failure.path} `
  return [...lines, mark(false, `${event} v${version} fails first ${at(failure)}: ${where}${failure.message}`)]
}

function pathLine({ path, kind, events, example }: PathReport): string {
  const where = `${grouped(events)} events, first ${at(example)}`
  if (kind === 'new') return `${path}: new, read as ${String(example.is)} (${where})`
  if (kind === 'gone') return `${path}: no longer read (${where})`
  return `${path}: ${String(example.was)} is read as ${String(example.is)} (${where})`
}

function stateLines({ folded, different, unfolded, samples }: StatesSeen, mark: Mark): readonly string[] {
  const left = unfolded === 0 ? '' : `; ${grouped(unfolded)} could not be folded to the end`
  if (different === 0) return [mark(unfolded === 0, `${grouped(folded)} streams fold to the same states${left}`)]
  return [
    mark(false, `${grouped(different)} of ${grouped(folded)} streams fold to different states${left}`),
    ...samples
      .slice(0, SAMPLES)
      .map(({ path, was, is, ...place }) => `  ${at(place)}: ${path} is ${String(is)} instead of ${String(was)}`),
  ]
}

function tableLines(tables: readonly TableDifferences[], mark: Mark): readonly string[] {
  const differing = tables.filter(({ differences, notCompared }) => differences.count > 0 || notCompared > 0)
  if (differing.length === 0) return [mark(true, 'every projection has the same rows')]
  return differing.flatMap(({ projection, table: name, differences, notCompared }) => {
    const { count, missing, extra, different, samples } = differences
    const kinds = `${grouped(different)} different, ${grouped(missing)} more, ${grouped(extra)} fewer`
    const rest = notCompared === 0 ? '' : `; ${grouped(notCompared)} more changes were not compared`
    return [
      mark(false, `${projection}: ${grouped(count)} rows of ${name} differ (${kinds})${rest}`),
      ...samples.slice(0, SAMPLES).map(({ key, columns }) => {
        const said = columns.map(
          ({ column, live, rebuilt }) => `${column} ${String(rebuilt)} instead of ${String(live)}`,
        )
        return `  ${key}: ${said.join(', ')}`
      }),
    ]
  })
}

function at({ position, stream }: { readonly position: number; readonly stream: string }): string {
  return `at position ${grouped(position)}, ${stream}`
}
