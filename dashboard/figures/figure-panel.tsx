/** A breakdown on a page: a drawing, its numbers as a table, and those as a file. */
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import type { MoneySum } from '../api-shapes.ts'
import { t } from '../texts/text.ts'
import type { Bar } from './bars.tsx'
import { csvOf, decimal, saveCsv, type CsvColumn } from './csv.ts'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { currencyDigits, oneDecimal } from '../parts/format.ts'
import type { Period } from './period.ts'

/** On the page and in the file. */
export type FigureColumn<Item> = Column<Item> & CsvColumn<Item>

interface PanelProps<Item> {
  readonly id: string
  readonly title: string
  readonly note?: string | null
  readonly period: Period | null
  readonly columns: readonly FigureColumn<Item>[]
  readonly rows: readonly Item[]
  readonly rowKey: (row: Item) => string
  /** Of the file, where they are others than on the page. */
  readonly csv?: readonly CsvColumn<Item>[]
  /** What is said where there are no rows. */
  readonly none: string
  readonly children: ComponentChildren
}

/** More are shown when somebody asks. */
const FIRST_ROWS = 8

export function Panel<Item>({ id, title, note, period, columns, rows, rowKey, csv, none, children }: PanelProps<Item>) {
  const isWhole = useSignal(false)
  // As cards, rows are long.
  const open = useSignal(matchMedia('(min-width: 601px)').matches)
  const shown = isWhole.value ? rows : rows.slice(0, FIRST_ROWS)
  return (
    <section class="panel" aria-labelledby={id}>
      <div class="heading">
        <h2 id={id}>{title}</h2>
        {rows.length > 0 && (
          <button
            type="button"
            class="quiet"
            aria-label={t('analytics.csv.of', { title })}
            onClick={() => saveCsv(fileName(id, period), csvOf(csv ?? columns, rows))}
          >
            {t('analytics.csv')}
          </button>
        )}
      </div>
      {note !== null && note !== undefined && <p class="dim">{note}</p>}
      {rows.length === 0 ? (
        <p class="empty">{none}</p>
      ) : (
        <>
          {children}
          <details open={open.value} onToggle={({ currentTarget }) => (open.value = currentTarget.open)}>
            <summary>{t('analytics.table', { title })}</summary>
            {open.value && (
              <>
                <DataTable caption={title} columns={columns} items={shown} rowKey={rowKey} />
                {shown.length < rows.length && (
                  <button type="button" class="quiet" onClick={() => (isWhole.value = true)}>
                    {t('analytics.all-rows', { n: rows.length })}
                  </button>
                )}
              </>
            )}
          </details>
        </>
      )}
    </section>
  )
}

function fileName(id: string, period: Period | null): string {
  const bounds = period === null ? ['all'] : [period.from ?? 'start', period.to ?? 'end']
  return `${[id, ...bounds.map((bound) => bound.replace(/:.*/, ''))].join('_')}.csv`
}

/** The text of an amount in a file, and its currency in a column of its own. */
export function moneyCsv(sum: MoneySum): string {
  return decimal(sum, currencyDigits.value ?? 0)
}

/** As many as fit beside their table. */
const MOST_BARS = 8

export function barsOf<Row>(
  rows: readonly Row[],
  bar: (row: Row) => readonly [name: string, value: number, text: string],
): readonly Bar[] {
  return rows.slice(0, MOST_BARS).map((row) => {
    const [name, value, text] = bar(row)
    return { name, value, text }
  })
}

export function shareColumn<Row>(
  title: string,
  parts: (row: Row) => readonly [part: number, all: number],
): FigureColumn<Row> {
  return {
    title,
    numeric: true,
    cell: (row) => share(...parts(row)),
    csv: (row) => {
      const [part, all] = parts(row)
      return all === 0 ? '' : (part / all).toFixed(4)
    },
  }
}

export function share(part: number, all: number): string {
  return all === 0 ? '–' : `${oneDecimal((100 * part) / all)} %`
}
