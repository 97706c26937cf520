/** Gauges of things that tell their state: read when Prometheus asks, once for all of them. */
import { Gauge, type Registry } from 'prom-client'
import type { PaymentFigures } from '../projections/views/payments.ts'
import type { ReactorState } from '../reactors/reactor-states.ts'

type AddGauge<State> = (name: string, help: string, value: (state: State) => number) => void

/** The registry collects its metrics at once: they share one reading, so that they belong together. */
export function shared<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let reading: Promise<Value> | null = null
  return () =>
    (reading ??= read().finally(() => {
      reading = null
    }))
}

/** Adds gauges that are labelled by the name of the thing. */
export function stateGauges<State extends { readonly name: string }>(
  registers: Registry[],
  states: () => Promise<readonly State[]>,
): AddGauge<State> {
  const read = shared(states)
  return (name, help, value) => {
    new Gauge({
      name,
      help,
      labelNames: ['name'],
      registers,
      async collect() {
        // While the database is away the last known values stand, and the other metrics are still told.
        const current = await read().catch(() => [])
        for (const state of current) this.set({ name: state.name }, value(state))
      },
    })
  }
}

export function watchReactors(registers: Registry[], states: () => Promise<readonly ReactorState[]>): void {
  const gauge = stateGauges(registers, states)
  gauge('reactor_lag_seconds', 'Age of the oldest event that a reactor has not read yet.', (s) => s.lagSeconds)
  gauge('reactor_lag_events', 'Events that a reactor has not read yet.', (s) => s.lagEvents)
  gauge('reactor_due', 'Causes that a reactor still has to act on, now or later.', (s) => s.due)
  gauge('reactor_overdue', 'Causes that a reactor should have acted on by now.', (s) => s.overdue)
  gauge('reactor_overdue_seconds', 'Age of the oldest overdue one.', (s) => s.overdueSeconds)
  gauge('reactor_parked', 'What a reactor could not do, and holds until it is retried.', (s) => s.parkedCount)
  gauge('reactor_failed', '1 when a reactor has stopped at an event that it cannot read.', (s) =>
    s.state === 'failed' ? 1 : 0,
  )
  gauge('reactor_paused', '1 while a reactor is paused.', (s) => (s.paused === null ? 0 : 1))
  gauge('reactor_outage', '1 while what a reactor needs outside is away.', (s) => (s.outage === null ? 0 : 1))
  gauge('reactor_served', '1 when a process does the work of a reactor.', (s) => (s.state === 'unserved' ? 0 : 1))
}

export function watchPayments(registers: Registry[], figures: () => Promise<PaymentFigures>): void {
  const read = shared(figures)

  function gauge(name: string, help: string, value: (figures: PaymentFigures) => number): void {
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        // While the database is away, or the rows are rebuilt, the last known value stands.
        const current = await read().catch(() => null)
        if (current !== null) this.set(value(current))
      },
    })
  }

  gauge('payments_open', 'Attempts to pay that have no outcome yet.', ({ open }) => open)
  gauge('payments_on_hold', 'Those that are not charged before somebody has looked at their alerts.', (f) => f.onHold)
  gauge(
    'payments_on_hold_oldest_seconds',
    'For how long the oldest attempt to pay has been on hold; 0: none is.',
    ({ oldestHoldSeconds }) => oldestHoldSeconds,
  )
  gauge(
    'refunds_under_way_oldest_seconds',
    'Age of the oldest refund that has no outcome yet; 0: no refund is under way.',
    ({ oldestRefundSeconds }) => oldestRefundSeconds,
  )
}
