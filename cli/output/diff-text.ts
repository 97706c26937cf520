/** A difference between schemas, for people at a terminal and for a review. */
import { placeOf } from '../../contract/finding.ts'
import type { ChangedPlace, EventDiff, SchemaDiff } from '../../contract/diff/diff-schemas.ts'
import type { DeployFirst, Verdict } from '../../contract/diff/change.ts'

const WHO: { readonly [Who in DeployFirst]: string } = {
  'any order': 'deploy readers and writers in any order',
  readers: 'deploy readers first',
  writers: 'deploy writers first',
  nobody: 'no order of deployment is safe: use a new field, or a new event',
}

const NOT_ALIKE: { readonly [Kind in Verdict]: string } = {
  safe: 'safe',
  'backward only': 'backward only (newer readers read older events, not the other way round)',
  'forward only': 'forward only (older readers read newer events, not the other way round)',
  breaking: 'breaking',
  meaning: 'changes the meaning of stored events',
}

export function diffText({ events, faults }: SchemaDiff, against: string): string {
  const broken = faults.map((fault) => `✖ ${fault.code} ${placeOf(fault)}: ${fault.message}`)
  if (events.length === 0 && broken.length === 0) return `✔ the schemas are the same as in ${against}`
  return [...broken, ...events.map(eventText)].join('\n\n')
}

function eventText(diff: EventDiff): string {
  const lines = diff.changes.map(({ path, message, verdict }) => `  ${verdict.padEnd(13)}  ${placed(path)} ${message}`)
  return [
    `${diff.event} ${versions(diff)}: ${NOT_ALIKE[diff.verdict]}`,
    ...edited(diff),
    ...lines,
    `  ${advice(diff)}`,
  ].join('\n')
}

export function diffMarkdown({ events, faults }: SchemaDiff, against: string): string {
  if (events.length === 0 && faults.length === 0) return `The schemas are the same as in \`${against}\`.`
  const broken = faults.map((fault) => `- **${fault.code}** \`${placeOf(fault)}\`: ${cell(fault.message)}`)
  return [...(broken.length === 0 ? [] : [broken.join('\n')]), ...events.map(eventMarkdown)].join('\n\n')
}

function eventMarkdown(diff: EventDiff): string {
  const rows = diff.changes.map(
    ({ path, message, verdict }: ChangedPlace) =>
      `| ${path === '' ? '' : `\`${path}\``} | ${cell(message)} | ${verdict} |`,
  )
  return [
    `### ${diff.event} ${versions(diff)}: ${diff.verdict}`,
    ...edited(diff).map((line) => line.trim()),
    ...(rows.length === 0 ? [] : [['| path | change | verdict |', '|---|---|---|', ...rows].join('\n')]),
    `${capitalised(advice(diff))}.`,
  ].join('\n\n')
}

function versions({ change, from, to }: EventDiff): string {
  if (change === 'added') return `is new (version ${String(to)})`
  if (change === 'removed') return `was removed (version ${String(from)})`
  return from === to ? `version ${String(to)}` : `version ${String(from)} to ${String(to)}`
}

function edited({ edited: numbers }: EventDiff): readonly string[] {
  return numbers.map((version) => `  version ${version} was edited: published versions never change. Restore it`)
}

function advice({ change, deployFirst }: EventDiff): string {
  if (change === 'added') return 'deploy readers first: older ones do not know the event'
  if (change === 'removed')
    return 'restore its files: stored events are read with them. To retire an event, use retired.json'
  return WHO[deployFirst]
}

function placed(path: string): string {
  return path === '' ? 'the event:' : `${path}:`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
