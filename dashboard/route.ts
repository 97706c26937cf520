/** Which page is shown, as the part of the address behind `#`: a reload and the back button need no server. */
import { computed, signal } from '@preact/signals'

export type PageName = (typeof PAGES)[number]

export interface Route {
  readonly page: PageName | 'unknown'
  /** Of the one thing that the page shows; null for the page of all. */
  readonly id: string | null
  readonly query: URLSearchParams
}

/** In the order of the navigation; their titles are in the table of texts. */
export const PAGES = [
  'dashboard',
  'orders',
  'payments',
  'deliveries',
  'products',
  'customers',
  'analytics',
  'insights',
  'mail',
  'events',
  'projections',
  'kafka',
  'failures',
  'schemas',
] as const

const hash = signal(location.hash)

export const route = computed<Route>(() => {
  const [path = '', query = ''] = hash.value.replace(/^#\/?/, '').split('?', 2)
  const [name = '', id] = path.split('/')
  const page = PAGES.find((one) => one === (name === '' ? 'dashboard' : name))
  return {
    page: page ?? 'unknown',
    id: id === undefined || id === '' ? null : decoded(id),
    query: new URLSearchParams(query),
  }
})

/** The address of a page within the dashboard. */
export function href(page: PageName, id: string | null = null, query: Readonly<Record<string, string | null>> = {}) {
  const given = Object.entries(query).flatMap(([name, value]) => (value === null ? [] : [[name, value]]))
  const search = new URLSearchParams(given).toString()
  const path = id === null ? page : `${page}/${encodeURIComponent(id)}`
  return `#/${path}${search === '' ? '' : `?${search}`}`
}

/** Follows the address; `arrived` is called for each page after the first, not for another part of the same one. */
export function followAddress(arrived: () => void): void {
  addEventListener('hashchange', () => {
    const before = route.value
    hash.value = location.hash
    if (route.value.page !== before.page || route.value.id !== before.id) arrived()
  })
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id)
  } catch {
    return id
  }
}
