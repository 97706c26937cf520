/** What is around every page: where one can go, whether the numbers are alive, light or dark. */
import { useEffect } from 'preact/hooks'
import type { Version } from './api-shapes.ts'
import { age, connection, useLive } from './live.ts'
import { FailurePage } from './pages/failure.tsx'
import { FailuresPage } from './pages/failures.tsx'
import { KafkaPage } from './pages/kafka.tsx'
import { NowPage } from './pages/now.tsx'
import { OrderPage } from './pages/order.tsx'
import { OrdersPage } from './pages/orders.tsx'
import { ProductsPage } from './pages/products.tsx'
import { ProjectionsPage } from './pages/projections.tsx'
import { ReplayPage } from './pages/replay.tsx'
import { SchemaPage } from './pages/schema.tsx'
import { SchemasPage } from './pages/schemas.tsx'
import { TopicPage } from './pages/topic.tsx'
import { currencyDigits, duration } from './parts/format.ts'
import { StoppedProjections } from './parts/notes.tsx'
import { TokenDialog } from './parts/token-dialog.tsx'
import { href, PAGES, route, type Route } from './route.ts'
import { choose, theme } from './theme.ts'

export function Frame() {
  const { page, id } = route.value
  const title = PAGES.find(({ name }) => name === page)?.title ?? 'Not found'
  // Asked until it is known: a service keeps its currency.
  const { shown } = useLive<Version>(currencyDigits.value === null ? '/version' : null)
  const digits = shown.value?.body.digits
  useEffect(() => {
    if (digits !== undefined) currencyDigits.value = digits
  }, [digits])
  useEffect(() => {
    document.title = `${id ?? title} · OrderLedger`
  }, [title, id])
  return (
    <>
      <button type="button" class="skip" onClick={() => document.querySelector('h1')?.focus()}>
        Skip to the page
      </button>
      <nav aria-label="Pages">
        <a class="brand" href={href('now')}>
          <img src="icon.svg" alt="" width="20" height="20" /> OrderLedger
        </a>
        <ul>
          {PAGES.map(({ name, title: label }) => (
            <li key={name}>
              <a href={href(name)} aria-current={name === page ? 'page' : undefined}>
                {label}
              </a>
            </li>
          ))}
        </ul>
        <p class="links">
          <a href="../docs/">API</a>
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
          Dark theme
        </button>
      </header>
      <main>
        <StoppedProjections />
        <PageOf route={route.value} />
      </main>
      <TokenDialog />
    </>
  )
}

function PageOf({ route: { page, id, query } }: { readonly route: Route }) {
  switch (page) {
    case 'now':
      return <NowPage />
    case 'orders':
      return id === null ? (
        <OrdersPage status={query.get('status')} cursor={query.get('cursor')} />
      ) : (
        <OrderPage key={id} orderId={id} />
      )
    case 'products':
      return <ProductsPage />
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
          <h1 tabIndex={-1}>Not found</h1>
          <p>
            This page does not exist. Go to <a href={href('now')}>Now</a>.
          </p>
        </>
      )
  }
}

/** Whether the service answers, and how old what one sees is. */
function Pulse() {
  const state = connection.value
  const old = age.value === null ? '' : `, data ${duration(age.value / 1_000)} old`
  return (
    <p class={`pulse ${state}`}>
      <span class="dot" aria-hidden="true" />
      <span>{{ live: `Live${old}`, connecting: 'Connecting', reconnecting: `Reconnecting${old}` }[state]}</span>
      <span class="unseen" role="status">
        {state === 'reconnecting' ? 'The service is not responding. The numbers shown are out of date.' : ''}
      </span>
    </p>
  )
}
