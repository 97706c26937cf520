/** Makes random orders: one, one every two seconds while the page is shown, or many at once. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { SimulatedOrders } from '../api-shapes.ts'
import { useSending } from '../parts/command.ts'
import { inWords, shortId } from '../parts/format.ts'
import { TroubleNote } from '../parts/notes.tsx'
import { href } from '../route.ts'
import { t, wordFor } from '../texts/text.ts'

type Made = SimulatedOrders['items'][number]

const EVERY_MS = 2_000
/** As many as the service makes at once. */
const AT_ONCE = 100
const MOST = 1_000

export function RandomOrders() {
  const sending = useSending()
  const last = useSignal<Made | null>(null)
  const auto = useSignal(false)
  const made = useSignal(0)
  const size = useSignal(String(AT_ONCE))
  const burst = useSignal<{ readonly done: number; readonly n: number } | null>(null)

  /** False: it failed. */
  async function place(count: number): Promise<boolean> {
    const command = { method: 'POST', path: '/simulation/orders', body: { count } } as const
    const outcome = await sending.run<SimulatedOrders>(command)
    const items = outcome?.items ?? []
    last.value = items.at(-1) ?? last.value
    made.value += items.length
    // What fails once is likely to fail again, so the person who started it decides.
    if (sending.trouble.value !== null) auto.value = false
    return outcome !== null
  }

  async function placeMany(): Promise<void> {
    const n = Math.min(MOST, Math.max(1, Math.trunc(Number(size.value)) || 1))
    if (burst.value !== null) return
    for (let done = 0; done < n; done += AT_ONCE) {
      burst.value = { done, n }
      if (!(await place(Math.min(AT_ONCE, n - done)))) break
    }
    burst.value = null
  }

  useEffect(() => {
    if (!auto.value) return
    void place(1)
    const timer = setInterval(() => void place(1), EVERY_MS)
    return () => clearInterval(timer)
  }, [auto.value])

  return (
    <>
      <div class="buttons">
        <button type="button" class="primary" aria-disabled={sending.busy.value} onClick={() => void place(1)}>
          {t('orders.random')}
        </button>
        {/* One button, not two in turn: the focus stays where it is. */}
        <button type="button" onClick={() => (auto.value = !auto.value)}>
          {auto.value ? t('orders.stop') : t('orders.auto')}
        </button>
        <form
          class="buttons"
          onSubmit={(event) => {
            event.preventDefault()
            void placeMany()
          }}
        >
          <label>
            <span class="unseen">{t('orders.burst.size')}</span>
            <input
              type="number"
              inputMode="numeric"
              min={1}
              max={MOST}
              step={1}
              required
              value={size.value}
              onInput={({ currentTarget }) => (size.value = currentTarget.value)}
            />
          </label>
          <button type="submit" aria-disabled={burst.value !== null}>
            {t('orders.burst')}
          </button>
        </form>
        <p class="dim" role="status">
          {burst.value !== null && t('orders.burst.going', burst.value)}
          {burst.value === null && last.value !== null && <Told last={last.value} made={made.value} />}
        </p>
      </div>
      <TroubleNote trouble={sending.trouble.value} />
    </>
  )
}

function Told({ last: { orderId, status, reason }, made }: { readonly last: Made; readonly made: number }) {
  const values = { status: (wordFor('status', status) ?? inWords(status)).toLowerCase() }
  const why = reason === null ? null : (wordFor('reason', reason) ?? inWords(reason).toLowerCase())
  return (
    <>
      <a class="id" href={href('orders', orderId)} title={orderId}>
        {shortId(orderId)}
      </a>{' '}
      {why === null ? t('orders.random.made', values) : t('orders.random.rejected', { ...values, reason: why })}
      {made > 1 && `; ${t('orders.random.count', { n: made })}`}
    </>
  )
}
