import { setTimeout } from 'node:timers/promises'

/** Waits for so many milliseconds; false when `signal` ended the wait. */
export function pause(millis: number, signal: AbortSignal): Promise<boolean> {
  return setTimeout(millis, true, { signal }).catch(() => false)
}
