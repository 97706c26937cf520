/** One list of a page: which of its rows are wanted, those rows as they come, and the way to older ones. */
import type { ComponentChildren } from 'preact'
import type { TopicItems } from '../following.ts'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { AsOf, Empty, FollowedAsOf, ReadTrouble } from '../parts/notes.tsx'
import { href } from '../route.ts'
import { t, wordFor } from '../texts/text.ts'
import { LiveList } from './live-list.tsx'
import { useNewest, type ListName } from './newest.ts'

/** What the address of a list asks for. */
export interface ListWish {
  readonly status: string | null
  /** Of an older page; null for the newest rows. */
  readonly cursor: string | null
}

interface NewestListProps<Name extends ListName> extends ListWish {
  readonly name: Name
  readonly itemKey: (item: TopicItems[Name]) => string
  readonly columns: readonly Column<TopicItems[Name]>[]
  /** What to type where the list is empty. */
  readonly command: string
}

export function NewestList<Name extends ListName>(props: NewestListProps<Name>) {
  const { name, itemKey, columns, command, status, cursor } = props
  const { items, known, next, asked, subject } = useNewest(name, itemKey, { status, cursor })
  const isFollowed = status === null && cursor === null
  return (
    <>
      <ReadTrouble live={asked} />
      {items !== null && items.length === 0 && (
        <Empty command={command}>{t(status === null ? `${name}.empty` : `${name}.empty.status`)}</Empty>
      )}
      {items !== null && items.length > 0 && (
        <LiveList
          items={items}
          known={known}
          itemKey={itemKey}
          subject={subject}
          above={isFollowed ? <FollowedAsOf topic={name} /> : <AsOf live={asked} of={name} />}
        >
          {(standing) => (
            <DataTable caption={t(`${name}.caption`)} items={standing} rowKey={itemKey} columns={columns} />
          )}
        </LiveList>
      )}
      <p class="buttons">
        {cursor !== null && <a href={href(name, null, { status })}>{t(`${name}.newest`)}</a>}
        {next !== null && <a href={href(name, null, { status, cursor: next })}>{t(`${name}.older`)}</a>}
      </p>
    </>
  )
}

interface StatusChipsProps {
  readonly name: ListName
  readonly statuses: readonly string[]
  /** Null: all of them. */
  readonly chosen: string | null
  /** Beside the word of a status; of all of them for null. */
  readonly more?: (status: string | null) => ComponentChildren
}

/** Each is a way to see only rows of one status. */
export function StatusChips({ name, statuses, chosen, more }: StatusChipsProps) {
  return (
    <nav class="filters" aria-label={t(`${name}.statuses`)}>
      {[null, ...statuses].map((status) => (
        <a key={status} href={href(name, null, { status })} aria-current={chosen === status ? 'true' : undefined}>
          {status === null ? t(`${name}.all`) : (wordFor('status', status) ?? status)} {more?.(status)}
        </a>
      ))}
    </nav>
  )
}
