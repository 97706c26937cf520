/** What to offer beside a product or a basket, or to a customer, each with its reason in numbers. */
import { useSignal } from '@preact/signals'
import type { Recommendations } from '../api-shapes.ts'
import { DataTable } from '../parts/data-table.tsx'
import { AsOf, Empty, ReadTrouble } from '../parts/notes.tsx'
import { dateTime } from '../parts/format.ts'
import { useLive } from '../polling.ts'
import { href } from '../route.ts'
import { TextField } from '../parts/text-field.tsx'
import { LOCALE, t } from '../texts/text.ts'
import { Waiting } from './waiting.tsx'

const KINDS = ['product', 'basket', 'customer'] as const
type Kind = (typeof KINDS)[number]
type Item = Recommendations['items'][number]

const EVERY_SECONDS = 5
const score = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 3, maximumFractionDigits: 3 })

type RecommendationsSectionProps = Readonly<Record<Kind, string | null>>

export function RecommendationsSection(props: RecommendationsSectionProps) {
  const kind = KINDS.find((one) => props[one] !== null) ?? null
  const wish = kind === null ? null : props[kind]
  const live = useLive<Recommendations>(kind === null || wish === null ? null : pathOf(kind, wish), EVERY_SECONDS)
  const shown = live.shown.value?.body ?? null
  return (
    <section aria-labelledby="recommendations">
      <h2 id="recommendations">{t('insights.section.recommendations')}</h2>
      <Choice key={`${String(kind)} ${String(wish)}`} kind={kind ?? 'product'} wish={wish ?? ''} />
      {kind === null ? (
        <Empty>{t('insights.recommendations.choose')}</Empty>
      ) : (
        <>
          <ReadTrouble live={live} />
          <Waiting live={live} />
        </>
      )}
      {shown !== null && shown.items.length === 0 && <Empty>{t('insights.recommendations.none')}</Empty>}
      {shown !== null && shown.items.length > 0 && (
        <DataTable
          caption={t('insights.recommendations.caption')}
          items={shown.items}
          rowKey={({ sku }) => sku}
          columns={COLUMNS}
        />
      )}
      {shown !== null && (
        <>
          <p class="dim">
            {t('insights.recommendations.about')}{' '}
            {shown.behaviourAsOf === null
              ? t('insights.recommendations.no-behaviour')
              : t('insights.recommendations.behaviour', { time: dateTime(shown.behaviourAsOf) })}
          </p>
          <AsOf live={live} of="together" />
        </>
      )}
    </section>
  )
}

const COLUMNS = [
  {
    title: t('products.product'),
    cell: ({ sku }: Item) => (
      <a class="id" href={href('products', sku)}>
        {sku}
      </a>
    ),
  },
  { title: t('insights.recommendations.why'), cell: ({ why }: Item) => whyText(why) },
  {
    title: t('insights.recommendations.score'),
    numeric: true,
    cell: (item: Item) => (item.why.rule === 'popular' ? '–' : score.format(item.score)),
  },
]

function whyText({ rule, sku, together, of }: Item['why']): string {
  if (rule === 'popular') return of === 0 ? t('insights.why.new') : t('insights.why.popular', { n: of })
  return t(`insights.why.${rule}`, { n: together, of, sku })
}

function Choice({ kind, wish }: { readonly kind: Kind; readonly wish: string }) {
  const chosen = useSignal<Kind>(kind)
  const text = useSignal(wish)
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault()
        const given = chosen.value === 'basket' ? basketOf(text.value) : text.value.trim()
        location.hash = href('insights', 'recommendations', { [chosen.value]: given })
      }}
    >
      <label>
        {t('insights.recommendations.for')}
        <select
          value={chosen.value}
          onChange={({ currentTarget }) =>
            (chosen.value = KINDS.find((one) => one === currentTarget.value) ?? 'product')
          }
        >
          {KINDS.map((one) => (
            <option key={one} value={one}>
              {t(`insights.recommendations.${one}`)}
            </option>
          ))}
        </select>
      </label>
      <TextField label={t(`insights.recommendations.${chosen.value}.text`)} text={text} />
      <button type="submit">{t('insights.show')}</button>
    </form>
  )
}

/** As the API takes it, however somebody parted the SKUs. */
function basketOf(text: string): string {
  return text
    .split(/[\s,;]+/)
    .filter((sku) => sku !== '')
    .join(',')
}

function pathOf(kind: Kind, wish: string): string {
  const value = encodeURIComponent(wish)
  return kind === 'product' ? `/products/${value}/recommendations` : `/recommendations?${kind}=${value}`
}
