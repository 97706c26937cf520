/** Waits for a condition: tests never sleep. */

/**
 * Resolves with the first value that `probe` returns without throwing and that is neither false, null nor undefined.
 * Rejects with the last failure once `timeout` milliseconds are over.
 */
export async function eventually<T>(
  probe: () => T | Promise<T>,
  { timeout = 30_000, interval = 20 }: { readonly timeout?: number; readonly interval?: number } = {},
): Promise<NonNullable<Exclude<T, false>>> {
  const deadline = Date.now() + timeout
  let last: unknown = new Error('the condition did not come true')
  while (Date.now() < deadline) {
    try {
      const value = await probe()
      if (value !== false && value !== null && value !== undefined) return value as NonNullable<Exclude<T, false>>
    } catch (error) {
      last = error
    }
    await new Promise((resolve) => setTimeout(resolve, interval))
  }
  throw new Error(`not within ${String(timeout)} ms`, { cause: last })
}
