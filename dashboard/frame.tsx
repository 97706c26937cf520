/** What is around every page: where one can go, whether the numbers are alive, light or dark. */
import { useEffect } from 'preact/hooks'
import type { Version } from './api-shapes.ts'
import { InsightsPage } from './insights/insights-page.tsx'
import { sectionOf } from './insights/sections.ts'
import { AnalyticsPage } from './pages/analytics.tsx'
import { CustomerPage } from './pages/customer.tsx'
import { CustomersPage } from './pages/customers.tsx'
import { DashboardPage } from './pages/dashboard.tsx'
import { DeliveriesPage } from './pages/deliveries.tsx'
import { EventPage } from './pages/event.tsx'
import { EventsPage } from './pages/events.tsx'
import { FailurePage } from './pages/failure.tsx'
import { FailuresPage } from './pages/failures.tsx'
import { KafkaPage } from './pages/kafka.tsx'
import { MailPage, OneMailPage } from './pages/mail.tsx'
import { OrderPage } from './pages/order.tsx'
import { OrdersPage } from './pages/orders.tsx'
import { PaymentsPage } from './pages/payments.tsx'
import { ProductPage } from './pages/product.tsx'
import { ProductsPage } from './pages/products.tsx'
import { ProjectionsPage } from './pages/projections.tsx'
import { ReplayPage } from './pages/replay.tsx'
import { SchemaPage } from './pages/schema.tsx'
import { SchemasPage } from './pages/schemas.tsx'
import { TopicPage } from './pages/topic.tsx'
import { currencyDigits, shopCurrency } from './parts/format.ts'
import { StoppedProjections } from './parts/notes.tsx'
import { OlderPage, Pulse } from './state/pulse.tsx'
import { TokenDialog } from './parts/token-dialog.tsx'
import { useLive } from './polling.ts'
import { href, PAGES, route, type Route } from './route.ts'
import { t } from './texts/text.ts'
import { choose, theme } from './theme.ts'

export function Frame() {
  const { page, id } = route.value
  const section = page === 'insights' ? sectionOf(id) : null
  const title = page === 'unknown' ? t('frame.not-found') : t(`frame.page.${page}`)
  // Asked until it is known: a service keeps its currency.
  const { shown } = useLive<Version>(currencyDigits.value === null ? '/version' : null)
  const version = shown.value?.body
  useEffect(() => {
    if (version === undefined) return
    currencyDigits.value = version.digits
    shopCurrency.value = version.currency
  }, [version])
  useEffect(() => {
    document.title = `${section === null ? (id ?? title) : t(`insights.section.${section}`)} · OrderLedger`
  }, [title, id, section])
  return (
    <>
      <button type="button" class="skip" onClick={() => document.querySelector('h1')?.focus()}>
        {t('frame.skip')}
      </button>
      <nav aria-label={t('frame.pages')}>
        <a class="brand" href={href('dashboard')}>
          <img src="icon.svg" alt="" width="20" height="20" /> OrderLedger
        </a>
        <ul>
          {PAGES.map((name) => (
            <li key={name}>
              <a href={href(name)} aria-current={name === page ? 'page' : undefined}>
                {t(`frame.page.${name}`)}
              </a>
            </li>
          ))}
        </ul>
        <p class="links">
          <a href="../docs/">{t('frame.api')}</a>
        </p>
      </nav>
      <header>
        <Pulse />
        <button
          type="button"
          class="quiet"
          aria-pressed={theme.value === 'dark'}
          onClick={() => choose(theme.value === 'dark' ? 'light' : 'dark')}
        >
          {t('frame.dark')}
        </button>
      </header>
      <main>
        <OlderPage />
        <StoppedProjections />
        <PageOf route={route.value} />
      </main>
      <TokenDialog />
    </>
  )
}

function PageOf({ route: { page, id, query } }: { readonly route: Route }) {
  switch (page) {
    case 'dashboard':
      return <DashboardPage />
    case 'orders':
      return id === null ? (
        <OrdersPage status={query.get('status')} cursor={query.get('cursor')} />
      ) : (
        <OrderPage key={id} orderId={id} />
      )
    case 'payments':
      return <PaymentsPage status={query.get('status')} cursor={query.get('cursor')} />
    case 'deliveries':
      return <DeliveriesPage status={query.get('status')} cursor={query.get('cursor')} />
    case 'products':
      return id === null ? <ProductsPage /> : <ProductPage key={id} sku={id} after={query.get('after')} />
    case 'customers':
      return id === null ? (
        <CustomersPage tier={query.get('tier')} cursor={query.get('cursor')} />
      ) : (
        <CustomerPage key={id} customerId={id} cursor={query.get('cursor')} />
      )
    case 'analytics':
      return <AnalyticsPage from={query.get('from')} to={query.get('to')} />
    case 'insights':
      return <InsightsPage id={id} query={query} />
    case 'mail':
      return id === null ? <MailPage cursor={query.get('cursor')} /> : <OneMailPage key={id} emailId={id} />
    case 'events':
      return id === null ? <EventsPage query={query} /> : <EventPage key={id} position={Number(id)} />
    case 'projections':
      return id === null ? <ProjectionsPage /> : <ReplayPage key={id} replayId={id} />
    case 'kafka':
      return id === null ? <KafkaPage /> : <TopicPage key={id} topic={id} />
    case 'failures':
      return id === null ? (
        <FailuresPage cause={query.get('cause')} before={query.get('before')} />
      ) : (
        <FailurePage key={id} letterId={id} />
      )
    case 'schemas':
      return id === null ? (
        <SchemasPage />
      ) : (
        <SchemaPage key={id} type={id} before={query.get('before')} after={query.get('after')} />
      )
    case 'unknown':
      return (
        <>
          <h1 tabIndex={-1}>{t('frame.not-found')}</h1>
          <p>
            {t('frame.not-found.go')} <a href={href('dashboard')}>{t('frame.page.dashboard')}</a>.
          </p>
        </>
      )
  }
}
