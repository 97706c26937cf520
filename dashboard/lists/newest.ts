/**
 * The rows that a page of a list shows, as they are now: of the newest page those that are followed; of those of one status
 * the answer to that question, and over it what was followed since; of an older page the answer alone.
 */
import { useTopic, type TopicItems } from '../following.ts'
import { useLive, type Live } from '../polling.ts'
import { overlaid, type Row } from './overlaid.ts'

export type ListName = 'orders' | 'payments' | 'deliveries'

/** Topics whose rows have a place in their list. */
type RowTopic = ListName | 'fraud'

export interface Newest<Item> {
  /** Newest first; null: nothing has come yet. */
  readonly items: readonly Item[] | null
  /** All that is known of them, in the same order. */
  readonly known: readonly Item[]
  /** Where the next page begins; null: this is the last. */
  readonly next: string | null
  /** Where the service is asked; of the newest page it is not. */
  readonly asked: Live<ListBody<Item>>
  /** Names the list among those of this page. */
  readonly subject: string
}

export interface ListBody<Item> {
  readonly items: readonly Item[]
  readonly next: string | null
  readonly position: number
}

interface Wish {
  readonly status: string | null
  /** Of an older page; null: the newest. */
  readonly cursor: string | null
}

export interface Question<Name extends RowTopic> {
  readonly topic: Name
  readonly path: string
  /** What its rows have to be; null: anything. */
  readonly filters: Readonly<Record<string, string | null>>
  readonly cursor: string | null
  /** Rows of a page; absent: 50. */
  readonly page?: number
  readonly keyOf: (item: TopicItems[Name]) => string
  /** Whether the answer to these filters has the row. */
  readonly isWanted: (item: TopicItems[Name]) => boolean
}

const PAGE = 50

/** The path of a list bears the name of its topic. */
export function useNewest<Name extends ListName>(
  name: Name,
  keyOf: (item: TopicItems[Name]) => string,
  { status, cursor }: Wish,
): Newest<TopicItems[Name]> {
  const isWanted = (item: TopicItems[Name]) => item.status === status
  return useAnswer({ topic: name, path: `/${name}`, filters: { status }, cursor, keyOf, isWanted })
}

/** The rows of a topic that fit, newest first. */
export function useAnswer<Name extends RowTopic>(question: Question<Name>): Newest<TopicItems[Name]> {
  const { topic, path, filters, cursor, page = PAGE, keyOf, isWanted } = question
  const followed = useTopic(topic, PAGE).value
  const wish = Object.entries({ ...filters, cursor }).flatMap(([name, value]) =>
    value === null ? [] : [[name, value]],
  )
  const query = new URLSearchParams([['limit', String(page)], ...wish] as [string, string][])
  const subject = `${path}?${query.toString()}`
  const isAsked = wish.length > 0
  const asked = useLive<ListBody<TopicItems[Name]>>(isAsked ? subject : null)
  const about = { asked, subject }
  if (!isAsked) {
    const known = followed?.items ?? []
    const items = followed === null ? null : known.slice(0, page)
    return { ...about, items, known, next: nextOf(known, followed?.hasOlder ?? false, page) }
  }
  const shown = asked.shown.value
  if (shown === null) return { ...about, items: null, known: [], next: null }
  const { items: base, next } = shown.body
  const isBehind = followed === null || followed.to < (shown.position ?? shown.body.position)
  if (cursor !== null || isBehind) return { ...about, items: base, known: base, next }
  const known = overlaid(base, followed.items, { keyOf, isWanted })
  return { ...about, items: known.slice(0, page), known, next: nextOf(known, next !== null, page) }
}

/** A cursor of the service is the position behind which its page begins, in base64. */
function nextOf(known: readonly Row[], hasOlder: boolean, page: number): string | null {
  const last = known[Math.min(page, known.length) - 1]
  if (last?.first === undefined || (!hasOlder && known.length <= page)) return null
  return btoa(String(last.first)).replace(/=+$/, '')
}
