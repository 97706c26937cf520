/** The Avro of one version, or of two side by side with the lines that differ marked. */
import type { DescribedVersion } from '../api-shapes.ts'
import { lineDiff, type DiffRow, type Line } from '../parts/line-diff.ts'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'

interface SchemaTextsProps {
  readonly type: string
  readonly versions: readonly DescribedVersion[]
  readonly before: string | null
  readonly after: string | null
}

export function SchemaTexts({ type, versions, before, after }: SchemaTextsProps) {
  const known = versions.filter(({ schema }) => schema !== null)
  const right = find(known, after) ?? known.at(-1)
  const left = find(known, before) ?? known.at(-2) ?? right
  if (left === undefined || right === undefined) return null
  const go = (choice: { readonly before: string; readonly after: string }) =>
    (location.hash = href('schemas', type, choice))
  const chosen = { before: String(left.version), after: String(right.version) }
  return (
    <section aria-labelledby="texts">
      <h2 id="texts">{t('schema.avro')}</h2>
      {known.length > 1 && (
        <p class="buttons">
          <Choice
            label={t('schema.left')}
            versions={known}
            chosen={left}
            onChoice={(version) => go({ ...chosen, before: version })}
          />
          <Choice
            label={t('schema.right')}
            versions={known}
            chosen={right}
            onChoice={(version) => go({ ...chosen, after: version })}
          />
        </p>
      )}
      {left === right ? (
        <pre class="source" tabIndex={0} aria-label={t('schema.avro.of', { version: String(right.version) })}>
          {right.schema}
        </pre>
      ) : (
        <Diff left={left} right={right} />
      )}
    </section>
  )
}

function find(versions: readonly DescribedVersion[], name: string | null): DescribedVersion | undefined {
  return versions.find(({ version }) => String(version) === name)
}

interface ChoiceProps {
  readonly label: string
  readonly versions: readonly DescribedVersion[]
  readonly chosen: DescribedVersion
  readonly onChoice: (version: string) => void
}

export function Choice({ label, versions, chosen, onChoice }: ChoiceProps) {
  return (
    <label class="choice">
      <span>{label}</span>
      <select value={String(chosen.version)} onChange={({ currentTarget }) => onChoice(currentTarget.value)}>
        {versions.map(({ version }) => (
          <option key={version} value={String(version)}>
            v{String(version)}
          </option>
        ))}
      </select>
    </label>
  )
}

function Diff({ left, right }: { readonly left: DescribedVersion; readonly right: DescribedVersion }) {
  const rows = lineDiff(left.schema ?? '', right.schema ?? '')
  const sides = { left: String(left.version), right: String(right.version) }
  const changed = rows.filter(({ kind }) => kind === 'changed').length
  return (
    <>
      <p class="as-of">{t(changed === 0 ? 'schema.same' : 'schema.differ', { n: changed, ...sides })}</p>
      <table class="diff" role="table">
        <caption class="unseen">{t('schema.side-by-side', sides)}</caption>
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">
              v{String(left.version)}
            </th>
            <th scope="col" role="columnheader">
              v{String(right.version)}
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr key={`${String(row.before?.number)} ${String(row.after?.number)}`} role="row" class={row.kind}>
              <Cell row={row} line={row.before} sign="−" word="removed" />
              <Cell row={row} line={row.after} sign="+" word="added" />
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

interface CellProps {
  readonly row: DiffRow
  readonly line: Line | null
  readonly sign: string
  readonly word: 'removed' | 'added'
}

function Cell({ row: { kind }, line, sign, word }: CellProps) {
  const marked = kind === 'changed' && line !== null
  return (
    <td role="cell" class={`${line === null ? 'absent' : ''} ${marked ? word : ''}`.trim()}>
      {line !== null && (
        <code>
          <span class="sign" aria-hidden="true">
            {marked ? sign : ' '}
          </span>
          {marked && <span class="unseen">{t(`schema.${word}`)}: </span>}
          <span class="text">{line.text}</span>
        </code>
      )}
    </td>
  )
}
