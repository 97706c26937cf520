/** Waiting on a condition that nobody announces. */
import { setTimeout as pause } from 'node:timers/promises'

/** Asks every `everyMs` until the condition holds (true) or `withinMs` have passed (false). Asks at least once. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  { everyMs, withinMs }: { readonly everyMs: number; readonly withinMs: number },
): Promise<boolean> {
  const deadline = performance.now() + withinMs
  while (!(await condition())) {
    if (performance.now() >= deadline) return false
    await pause(everyMs)
  }
  return true
}
