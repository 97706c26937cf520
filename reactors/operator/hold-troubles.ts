/** What of payments on hold needs a person: in the same words for /readyz and for doctor. */
import { payments, paymentQueries, type HoldFigures } from '../../projections/views/payments.ts'
import { ViewNotReady, ViewReader } from '../../projections/queries/view-reader.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { MOST_HELD } from '../payments/held-payments.ts'

/** What is released in time is so by then, by a reactor that was just started too. */
const GRACE_SECONDS = 120

export interface HoldTrouble {
  /** `late`: its time is over, and it is on hold all the same. `full`: no other one may be. */
  readonly kind: 'late' | 'full'
  readonly saw: string
}

/** The worst first. `minutes`: for which they may be on hold. */
export function holdTroubles({ onHold, oldestHoldSeconds }: HoldFigures, minutes: number): readonly HoldTrouble[] {
  const troubles: HoldTrouble[] = []
  if (onHold > 0 && oldestHoldSeconds > minutes * 60 + GRACE_SECONDS) {
    const saw = `the oldest has been on hold for ${ageOf(oldestHoldSeconds)}, was to be charged after ${minutes} min, and nobody releases it`
    troubles.push({ kind: 'late', saw })
  }
  if (onHold >= MOST_HELD) {
    const saw = `${onHold} are on hold, as many as there may be: what else looks like fraud is charged`
    troubles.push({ kind: 'full', saw })
  }
  return troubles
}

/** Resolves with null while they are not known. */
export function holdsReader(pool: Pool): () => Promise<HoldFigures | null> {
  const { holds } = paymentQueries(new ViewReader(pool, payments.name))
  return async () => {
    try {
      return await holds()
    } catch (error) {
      if (error instanceof ViewNotReady) return null
      throw error
    }
  }
}

export function ageOf(seconds: number): string {
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.floor(seconds / 60)} min`
}
