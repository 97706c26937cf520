/** The gateway that the settings name. A simulated one is started when it is first asked: most shops that try us never pay. */
import { join } from 'node:path'
import { httpGateway, type HttpGateway } from '../../reactors/payments/http-gateway.ts'
import { GatewayFailure, type PaymentGateway } from '../../reactors/payments/gateway.ts'
import { NO_GATEWAY } from '../../reactors/payments/no-gateway.ts'
import { SIMULATOR } from './simulator-name.ts'
import type { WorkerLog } from '../../store/log/under-lease.ts'
import type { Releases } from '../start/releases.ts'

/** Plain data. */
export interface GatewaySettings {
  /** A URL; `simulator`; null: no gateway. */
  readonly gateway: string | null
  /** For a whole exchange. */
  readonly timeoutMs: number
  /** Where the simulator keeps its book. */
  readonly dataDir: string
}

/** What the simulated one does: a tenth is declined, and each answer takes its time. */
const SIMULATED = { seed: 1, declines: 0.1, latency: { from: 20, to: 200 }, faults: {} } as const
/** The file of the simulator's book in the data directory; `orderledger gateway` keeps the same one. */
export const BOOK_FILE = 'gateway-book.jsonl'

export function openGateway(
  { gateway, timeoutMs, dataDir }: GatewaySettings,
  { log, releases }: { readonly log: WorkerLog; readonly releases: Releases },
): PaymentGateway {
  if (gateway === null) return NO_GATEWAY
  const over = (url: string): HttpGateway => {
    const opened = httpGateway({ url, timeoutMs })
    releases.add('payment gateway', () => opened.close())
    return opened
  }
  if (gateway !== SIMULATOR) return over(gateway)
  return onDemand(async () => {
    const { startGatewayChild } = await import('./gateway-child.ts')
    const child = await startGatewayChild({ ...SIMULATED, book: join(dataDir, BOOK_FILE), log })
    releases.add('simulated payment gateway', () => child.stop())
    log.info({ url: child.url }, 'a simulated payment gateway runs: it moves no money')
    return over(child.url)
  })
}

/** Opened by the first call; a call that finds it cannot be opened has no outcome, and the next tries again. */
function onDemand(open: () => Promise<PaymentGateway>): PaymentGateway {
  let opening: Promise<PaymentGateway> | null = null
  const opened = () =>
    (opening ??= open().catch((cause: unknown) => {
      opening = null
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new GatewayFailure('gateway-unreachable', `the simulated gateway does not start: ${why}`, { cause })
    }))
  return {
    charge: async (charge) => (await opened()).charge(charge),
    outcomeOf: async (key) => (await opened()).outcomeOf(key),
    refund: async (refund) => (await opened()).refund(refund),
    outcomeOfRefund: async (key) => (await opened()).outcomeOfRefund(key),
  }
}
