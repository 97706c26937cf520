/** A table that becomes a card for each row where there is little room. */
import type { ComponentChildren } from 'preact'

export interface Column<Item> {
  readonly title: string
  readonly cell: (item: Item) => ComponentChildren
  readonly numeric?: boolean
}

interface DataTableProps<Item> {
  readonly caption: string
  readonly columns: readonly Column<Item>[]
  readonly items: readonly Item[]
  readonly rowKey: (item: Item) => string
}

/** The first column names the row. Roles are stated: as cards, browsers take a table for something else. */
export function DataTable<Item>({ caption, columns, items, rowKey }: DataTableProps<Item>) {
  return (
    <table class="data" role="table">
      <caption class="unseen">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ title, numeric }) => (
            <th key={title} scope="col" role="columnheader" class={numeric ? 'number' : undefined}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {items.map((item) => (
          <tr key={rowKey(item)} role="row">
            {columns.map(({ title, cell, numeric }, index) =>
              index === 0 ? (
                <th key={title} scope="row" role="rowheader">
                  {cell(item)}
                </th>
              ) : (
                <td key={title} role="cell" class={numeric ? 'number' : undefined} data-title={title}>
                  <div>{cell(item)}</div>
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
