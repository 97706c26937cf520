/** Who orders: the newest customers, the VIPs among them, each masked until it is opened. */
import type { MaskedCustomer, MaskedCustomerList } from '../api-shapes.ts'
import { DataTable } from '../parts/data-table.tsx'
import { count, money, shortId } from '../parts/format.ts'
import { LiveList } from '../lists/live-list.tsx'
import { AsOf, Chip, Empty, ReadTrouble } from '../parts/notes.tsx'
import { useLive } from '../polling.ts'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'

const PAGE = 50
const TIERS = [null, 'vip', 'standard'] as const

interface CustomersPageProps {
  readonly tier: string | null
  /** Of an older page; null for the newest customers. */
  readonly cursor: string | null
}

export function CustomersPage({ tier, cursor }: CustomersPageProps) {
  const query = new URLSearchParams({
    limit: String(PAGE),
    ...(tier && { tier }),
    ...(cursor && { cursor }),
  }).toString()
  const live = useLive<MaskedCustomerList>(`/customers?${query}`)
  const list = live.shown.value?.body ?? null
  return (
    <>
      <h1 tabIndex={-1}>{t('frame.page.customers')}</h1>
      <p class="dim">{t('customers.masked')}</p>
      <nav class="filters" aria-label={t('customers.filter')}>
        {TIERS.map((one) => (
          <a key={one} href={href('customers', null, { tier: one })} aria-current={one === tier ? 'true' : undefined}>
            {t(`customers.${one ?? 'all'}`)}
          </a>
        ))}
      </nav>
      <ReadTrouble live={live} />
      {list !== null && list.items.length === 0 && (
        <Empty command="npx orderledger simulate day">
          {t(tier === null ? 'customers.none' : 'customers.none-of-tier')}
        </Empty>
      )}
      {list !== null && list.items.length > 0 && (
        <>
          <LiveList
            items={list.items}
            itemKey={({ customerId }) => customerId}
            subject={query}
            above={<AsOf live={live} of="customers" />}
          >
            {(items) => (
              <DataTable
                caption={t('customers.caption')}
                items={items}
                rowKey={({ customerId }) => customerId}
                columns={columns()}
              />
            )}
          </LiveList>
          <p class="dim">{t('customers.spent.about')}</p>
        </>
      )}
      <p class="buttons">
        {cursor !== null && <a href={href('customers', null, { tier })}>{t('customers.newest')}</a>}
        {list !== null && list.next !== null && (
          <a href={href('customers', null, { tier, cursor: list.next })}>{t('customers.older')}</a>
        )}
      </p>
    </>
  )
}

export function Tier({ tier }: { readonly tier: MaskedCustomer['tier'] }) {
  return <Chip kind={tier === 'vip' ? 'good' : 'quiet'}>{t(`customers.${tier}`)}</Chip>
}

const columns = () => [
  {
    title: t('customers.customer'),
    cell: ({ customerId }: MaskedCustomer) => (
      <a class="id" href={href('customers', customerId)} title={customerId}>
        {shortId(customerId)}
      </a>
    ),
  },
  { title: t('customers.name'), cell: ({ name }: MaskedCustomer) => name },
  { title: t('customers.email'), cell: ({ email }: MaskedCustomer) => <Known text={email} /> },
  { title: t('customers.phone'), cell: ({ phone }: MaskedCustomer) => <Known text={phone} /> },
  { title: t('customers.tier'), cell: ({ tier }: MaskedCustomer) => <Tier tier={tier} /> },
  { title: t('customers.region'), cell: ({ region }: MaskedCustomer) => region },
  { title: t('customers.orders'), numeric: true, cell: ({ orders }: MaskedCustomer) => count(orders) },
  { title: t('customers.spent'), numeric: true, cell: ({ spent }: MaskedCustomer) => money(spent) },
]

export function Known({ text }: { readonly text: string | null }) {
  return text === null ? <span class="dim">{t('customers.unknown')}</span> : <span class="told">{text}</span>
}
