import type { Order } from '../api-shapes.ts'
import { wordFor } from '../texts/text.ts'
import { inWords } from './format.ts'
import { Chip } from './notes.tsx'

/** Of orders, payments, refunds and deliveries: one that several have means as much in each. */
const KINDS = {
  placed: 'open',
  confirmed: 'good',
  completed: 'good',
  cancelled: 'quiet',
  expired: 'quiet',
  rejected: 'bad',
  pending: 'waiting',
  held: 'waiting',
  captured: 'good',
  declined: 'bad',
  'partly-refunded': 'quiet',
  refunded: 'quiet',
  scheduled: 'waiting',
  dispatched: 'open',
  delivered: 'good',
  failed: 'bad',
} as const

export function Status({ status }: { readonly status: keyof typeof KINDS }) {
  return <Chip kind={KINDS[status]}>{wordFor('status', status) ?? inWords(status)}</Chip>
}

export function OrderStatus({ status, reason }: { readonly status: Order['status']; readonly reason: string | null }) {
  return (
    <>
      <Status status={status} />
      {reason !== null && <span class="dim"> {reason}</span>}
    </>
  )
}

/** A rejected order has a code, a cancelled one the words of the person who cancelled it. */
export function reasonInWords({ status, reason }: Order): string | null {
  if (reason === undefined || reason === null) return null
  return status === 'rejected' ? (wordFor('reason', reason) ?? inWords(reason).toLowerCase()) : reason
}
