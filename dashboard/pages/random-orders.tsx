/** Makes random orders: one, or one every two seconds while the page is shown. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { SimulatedOrders } from '../api-shapes.ts'
import { useSending } from '../parts/command.ts'
import { counted, inWords, shortId } from '../parts/format.ts'
import { TroubleNote } from '../parts/notes.tsx'
import { href } from '../route.ts'

const EVERY_MS = 2_000

export function RandomOrders() {
  const sending = useSending()
  const last = useSignal<SimulatedOrders['items'][number] | null>(null)
  const auto = useSignal(false)
  const made = useSignal(0)

  async function place(): Promise<void> {
    const command = { method: 'POST', path: '/simulation/orders', body: { count: 1 } } as const
    const outcome = await sending.run<SimulatedOrders>(command)
    const item = outcome?.items[0]
    if (item !== undefined) {
      last.value = item
      made.value += 1
    }
    // What fails once is likely to fail again, so the person who started it decides.
    if (sending.trouble.value !== null) auto.value = false
  }

  useEffect(() => {
    if (!auto.value) return
    void place()
    const timer = setInterval(() => void place(), EVERY_MS)
    return () => clearInterval(timer)
  }, [auto.value])

  return (
    <>
      <div class="buttons">
        <button type="button" class="primary" aria-disabled={sending.busy.value} onClick={() => void place()}>
          Random order
        </button>
        {/* One button, not two in turn: the focus stays where it is. */}
        <button type="button" onClick={() => (auto.value = !auto.value)}>
          {auto.value ? 'Stop' : 'Auto: one per 2 s'}
        </button>
        <p class="dim" role="status">
          {last.value !== null && (
            <>
              <a class="id" href={href('orders', last.value.orderId)} title={last.value.orderId}>
                {shortId(last.value.orderId)}
              </a>{' '}
              was {last.value.status}
              {last.value.reason !== null && `: ${inWords(last.value.reason).toLowerCase()}`}
              {made.value > 1 && `; ${counted(made.value, 'order')} made here`}
            </>
          )}
        </p>
      </div>
      <TroubleNote trouble={sending.trouble.value} />
    </>
  )
}
