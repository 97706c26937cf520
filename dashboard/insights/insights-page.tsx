/** What the shop learns from its log: a page for each question, with its own address. */
import { href } from '../route.ts'
import { t } from '../texts/text.ts'
import { BehaviourSection } from './behaviour.tsx'
import { BusinessSection } from './business.tsx'
import { ForecastSection } from './forecast.tsx'
import { FraudSection } from '../fraud/fraud.tsx'
import { RecommendationsSection } from './recommendations.tsx'
import { RunOutSection } from './run-out.tsx'
import { sectionOf, SECTIONS, type Section } from './sections.ts'

interface InsightsPageProps {
  /** Null: the first. */
  readonly id: string | null
  readonly query: URLSearchParams
}

export function InsightsPage({ id, query }: InsightsPageProps) {
  const section = sectionOf(id)
  return (
    <>
      <h1 tabIndex={-1}>{t('frame.page.insights')}</h1>
      <nav class="filters" aria-label={t('insights.sections')}>
        {SECTIONS.map((name) => (
          <a key={name} href={href('insights', name)} aria-current={name === section ? 'page' : undefined}>
            {t(`insights.section.${name}`)}
          </a>
        ))}
      </nav>
      {section === null ? <p class="empty">{t('insights.section.unknown')}</p> : sectionShown(section, query)}
    </>
  )
}

function sectionShown(section: Section, query: URLSearchParams) {
  switch (section) {
    case 'fraud':
      return <FraudSection query={query} />
    case 'stock':
      return <RunOutSection cursor={query.get('cursor')} />
    case 'forecast':
      return <ForecastSection sku={query.get('sku')} days={query.get('days')} />
    case 'recommendations':
      return (
        <RecommendationsSection
          product={query.get('product')}
          basket={query.get('basket')}
          customer={query.get('customer')}
        />
      )
    case 'behaviour':
      return <BehaviourSection />
    case 'business':
      return <BusinessSection from={query.get('from')} to={query.get('to')} />
  }
}
