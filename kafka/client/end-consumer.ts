/** Takes a consumer out of its group, whatever it is doing. */
import type { Consumer } from 'kafkajs'
import { pause } from '../../store/waiting/pause.ts'

/** Who is cut off while joining is missed by the brokers only after its session (10 s), and has its share until then. */
const JOINING_MS = 2_000

/**
 * Resolves when it has left, or after `within` milliseconds: what hangs is left behind, and ended as soon as it can be.
 * `beginning`: settles when it has begun or failed to. NOTE: a consumer of kafkajs that is still connecting does not
 * mind being disconnected: it joins its group after all, as a member that takes its share and does nothing with it.
 */
export async function endConsumer(
  consumer: Pick<Consumer, 'disconnect'>,
  beginning: Promise<unknown>,
  within: number,
): Promise<void> {
  const done = new AbortController()
  await Promise.race([leave(consumer, beginning, done.signal), pause(within, done.signal)])
  done.abort()
}

async function leave(
  consumer: Pick<Consumer, 'disconnect'>,
  beginning: Promise<unknown>,
  done: AbortSignal,
): Promise<void> {
  const begun = beginning.catch(() => undefined)
  await Promise.race([begun, pause(JOINING_MS, done)])
  await consumer.disconnect().catch(() => undefined)
  await begun
  await consumer.disconnect().catch(() => undefined)
}
