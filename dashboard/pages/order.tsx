/** One order: what it is, what happened to it, and its end if somebody cancels it. */
import { useSignal } from '@preact/signals'
import type { Event, EventPage, Order, OrderLine } from '../api-shapes.ts'
import { useLive } from '../polling.ts'
import { useSending } from '../parts/command.ts'
import { DataTable } from '../parts/data-table.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { count, counted, dateTime, inWords, money, timeOfDay } from '../parts/format.ts'
import { AsOf, ReadTrouble } from '../parts/notes.tsx'
import { OrderStatus, reasonInWords } from '../parts/order-status.tsx'
import { href } from '../route.ts'

const CANCELLABLE: readonly string[] = ['placed', 'confirmed']

export function OrderPage({ orderId }: { readonly orderId: string }) {
  const path = `/orders/${encodeURIComponent(orderId)}`
  const live = useLive<Order>(path)
  const order = live.shown.value?.body ?? null
  const asking = useSignal(false)
  return (
    <>
      <p>
        <a href={href('orders')}>Orders</a>
      </p>
      <div class="heading">
        <h1 tabIndex={-1}>
          Order <span class="id">{orderId}</span>
        </h1>
        {order !== null && CANCELLABLE.includes(order.status) && (
          <button type="button" class="dangerous" onClick={() => (asking.value = true)}>
            Cancel order
          </button>
        )}
      </div>
      <ReadTrouble live={live} />
      {order !== null && (
        <>
          <Facts order={order} />
          <Lines order={order} />
          <AsOf live={live} of="orders" />
        </>
      )}
      {live.trouble.value?.status !== 404 && <Timeline path={path} />}
      {asking.value && order !== null && <CancelDialog order={order} onClose={() => (asking.value = false)} />}
    </>
  )
}

function Facts({ order }: { readonly order: Order }) {
  const { customerId, placedAt, rejectedAt, reservedUntil, total, version, status } = order
  return (
    <dl class="facts">
      <dt>Status</dt>
      <dd>
        <OrderStatus status={status} reason={reasonInWords(order)} />
      </dd>
      <dt>Total</dt>
      <dd>{total === null ? 'unknown' : money(total)}</dd>
      <dt>Customer</dt>
      <dd class="id">{customerId}</dd>
      {placedAt !== null && (
        <>
          <dt>Placed</dt>
          <dd>{dateTime(placedAt)}</dd>
        </>
      )}
      {rejectedAt !== null && rejectedAt !== undefined && (
        <>
          <dt>Rejected</dt>
          <dd>{dateTime(rejectedAt)}</dd>
        </>
      )}
      {status === 'placed' && (
        <>
          <dt>Reserved</dt>
          <dd>{reservedUntil === null ? 'without limit' : `until ${dateTime(reservedUntil)}`}</dd>
        </>
      )}
      <dt>Version</dt>
      <dd>{count(version)}</dd>
    </dl>
  )
}

function Lines({ order: { lines, shortages = [] } }: { readonly order: Order }) {
  return (
    <section aria-labelledby="lines">
      <h2 id="lines">Lines</h2>
      <DataTable<readonly [number, OrderLine]>
        caption="Lines of the order"
        items={lines.map((line, index) => [index, line])}
        rowKey={([index]) => String(index)}
        columns={[
          {
            title: 'Product',
            cell: ([, { name, sku }]) => (
              <>
                {name ?? 'unknown product'} <span class="id dim">{sku}</span>
              </>
            ),
          },
          { title: 'Units', numeric: true, cell: ([, { quantity }]) => count(quantity) },
          {
            title: 'Unit price',
            numeric: true,
            cell: ([, { unitPrice }]) => (unitPrice === null ? 'unknown' : money(unitPrice)),
          },
        ]}
      />
      {shortages.map(({ sku, wanted, available }) => (
        <p key={sku} class="dim">
          Of <span class="id">{sku}</span> {counted(wanted, 'unit')} {wanted === 1 ? 'was' : 'were'} ordered,{' '}
          {count(available)} available.
        </p>
      ))}
    </section>
  )
}

function Timeline({ path }: { readonly path: string }) {
  const live = useLive<EventPage>(`${path}/events?limit=200`)
  const page = live.shown.value?.body ?? null
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">What happened</h2>
      <ReadTrouble live={live} />
      <ol class="timeline">
        {page?.items.map((event) => (
          <EventItem key={event.position} event={event} />
        ))}
      </ol>
      {page !== null && page.next !== null && (
        <p class="dim">These are the first 200 events. `orderledger events show` prints all of them.</p>
      )}
    </section>
  )
}

function EventItem({ event }: { readonly event: Event }) {
  const { type, recordedAt, version, position, schemaVersion, data, error } = event
  const reason = data?.['reason']
  return (
    <li>
      <p>
        <strong>{inWords(type)}</strong> <time dateTime={recordedAt}>{dateTime(recordedAt)}</time>
      </p>
      <p class="dim">
        Version {count(version)} of the order · position {count(position)} · schema v{String(schemaVersion)}
      </p>
      {typeof reason === 'string' && <p>Reason: {type === 'OrderRejected' ? inWords(reason) : reason}</p>}
      <details>
        <summary>
          The event <span class="unseen">{`${inWords(type)}, ${timeOfDay(recordedAt)}`}</span>
        </summary>
        {error !== undefined && <p class="trouble">{error}</p>}
        <pre tabIndex={0} aria-label={`Content of ${type}`}>
          {JSON.stringify(
            { id: event.id, correlationId: event.correlationId, causationId: event.causationId, data },
            null,
            2,
          )}
        </pre>
      </details>
    </li>
  )
}

function CancelDialog({ order, onClose }: { readonly order: Order; readonly onClose: () => void }) {
  const { orderId, lines, version } = order
  const sending = useSending()
  const reason = useSignal('')
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0)

  async function cancel(): Promise<void> {
    const text = reason.value.trim()
    const done = await sending.run<Order>({
      method: 'POST',
      path: `/orders/${encodeURIComponent(orderId)}/cancel`,
      body: text === '' ? {} : { reason: text },
      // What is cancelled is what was seen.
      headers: { 'if-match': `"${String(version)}"` },
    })
    if (done !== null) onClose()
  }

  return (
    <Dialog
      title={`Cancel order ${orderId}?`}
      yes="Cancel order"
      dangerous
      busy={sending.busy.value}
      trouble={sending.trouble.value}
      onYes={() => void cancel()}
      onNo={onClose}
    >
      <p>This returns {counted(units, 'unit')} to the available stock. You cannot undo it.</p>
      <label>
        Reason (optional)
        <input
          type="text"
          maxLength={200}
          value={reason.value}
          onInput={({ currentTarget }) => (reason.value = currentTarget.value)}
        />
      </label>
    </Dialog>
  )
}
