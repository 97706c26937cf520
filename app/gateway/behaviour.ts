/** How the simulated gateway behaves: what it decides, how long it takes and what goes wrong, each drawn from seed and key. */
import { createHash } from 'node:crypto'
import { createRandom } from '../../simulation/random.ts'

/** Whatever goes wrong, each with its probability for one request (`twice`: for one webhook). */
export const faultNames = ['timeout', '500', 'garbage', 'slow', 'lost', 'twice', 'refused', 'amount'] as const
export type FaultName = (typeof faultNames)[number]
export type Faults = Readonly<Partial<Record<FaultName, number>>>

/** Of these at most one happens to a request, so their probabilities add up to at most 1. */
export const exclusiveFaults = ['timeout', '500', 'garbage', 'slow', 'lost'] as const
export type ExclusiveFault = (typeof exclusiveFaults)[number]

/** Milliseconds. */
export interface Latency {
  readonly from: number
  readonly to: number
}

export interface Behaviour {
  readonly seed: number
  /** The share of card payments that are declined, 0 to 1. */
  readonly declines: number
  readonly latency: Latency
  readonly faults: Faults
}

interface MethodOdds {
  /** How it compares with a card: 1 - (1 - declines) ** weight is declined, so 0 stays none and 1 stays all. */
  readonly weight: number
  /** The share that is pending first. */
  readonly pending: number
  readonly reasons: readonly string[]
}

const CARD: MethodOdds = {
  weight: 1,
  pending: 0,
  reasons: ['insufficient-funds', 'insufficient-funds', 'card-expired', 'do-not-honour', 'limit-exceeded'],
}
const PAYPAL: MethodOdds = { weight: 0.5, pending: 0.05, reasons: ['insufficient-funds', 'account-restricted'] }
const TRANSFER: MethodOdds = { weight: 0.2, pending: 0.3, reasons: ['account-closed', 'not-received'] }
const odds: ReadonlyMap<string, MethodOdds> = new Map([
  ['card', CARD],
  ['paypal', PAYPAL],
  ['bank-transfer', TRANSFER],
])

export interface Verdict {
  readonly outcome:
    | { readonly status: 'captured'; readonly reference: string }
    | { readonly status: 'declined'; readonly reason: string }
  /** Milliseconds for which it is pending; 0: known at once. */
  readonly pendingMs: number
}

const SHORTEST_PENDING_MS = 500
const LONGEST_PENDING_MS = 3_000

/** What becomes of a charge: the same for the same seed, key and method. A method without odds of its own has those of a card. */
export function judgeCharge({ seed, declines }: Behaviour, key: string, method: string): Verdict {
  const { weight, pending, reasons } = odds.get(method) ?? CARD
  const random = createRandom(seed, `charge ${key}`)
  const declined = random.unit() < 1 - (1 - declines) ** weight
  const waits = random.unit() < pending
  const pendingMs = waits ? random.int(SHORTEST_PENDING_MS, LONGEST_PENDING_MS) : 0
  const reason = random.pick(reasons)
  const outcome = declined
    ? ({ status: 'declined', reason } as const)
    : ({ status: 'captured', reference: referenceOf('sim', seed, key) } as const)
  return { outcome, pendingMs }
}

/** An id of the gateway's own, such as `sim-0f3a...`: the same for the same seed and text. */
export function referenceOf(prefix: string, seed: number, text: string): string {
  return `${prefix}-${createHash('sha256').update(`${seed} ${prefix} ${text}`).digest('hex').slice(0, 20)}`
}

/** Milliseconds until the gateway has decided: exponential from the lower bound on, cut at the upper one; the mean is a fifth of the way. */
export function latencyOf({ seed, latency }: Behaviour, key: string): number {
  const { from, to } = latency
  const share = Math.min(1, -Math.log(1 - createRandom(seed, `latency ${key}`).unit()) / 5)
  return Math.round(from + (to - from) * share)
}

export interface DrawnFaults {
  readonly exclusive: ExclusiveFault | null
  readonly refused: boolean
  readonly amount: boolean
  readonly twice: boolean
  /** Milliseconds by which a slow answer comes later: beyond any patience that is usual. */
  readonly slowMs: number
}

/** What goes wrong with the `count`-th request (from 1) of its kind about a key, such as `POST charges`. */
export function drawFaults({ seed, faults }: Behaviour, request: string, count: number): DrawnFaults {
  const random = createRandom(seed, `faults ${request} ${count}`)
  const point = random.unit()
  let reached = 0
  const exclusive = exclusiveFaults.find((name) => point < (reached += faults[name] ?? 0)) ?? null
  const happens = (name: FaultName): boolean => random.unit() < (faults[name] ?? 0)
  return {
    exclusive,
    refused: happens('refused'),
    amount: happens('amount'),
    twice: happens('twice'),
    slowMs: random.int(4_000, 8_000),
  }
}

/** `from..to` in milliseconds, or one number; null where it is neither. */
export function parseLatency(text: string): Latency | null {
  const [, from, to] = /^(\d{1,5})(?:\.\.(\d{1,5}))?$/.exec(text) ?? []
  if (from === undefined) return null
  const latency = { from: Number(from), to: Number(to ?? from) }
  return latency.from <= latency.to ? latency : null
}

/** `name=probability,...`; a text says what is wrong with it. */
export function parseFaults(text: string): Faults | string {
  const faults: Partial<Record<FaultName, number>> = {}
  for (const part of text.split(',')) {
    const [, word = '', share = ''] = /^\s*([a-z0-9]+)=([0-9.]+)\s*$/.exec(part) ?? []
    const name = faultNames.find((each) => each === word)
    if (name === undefined) return `Use name=probability with a name of: ${faultNames.join(', ')}.`
    if (!/^(0|1|0?\.\d{1,6}|1\.0{1,6})$/.test(share)) return `Use a probability from 0 to 1 for ${name}, such as 0.05.`
    if (faults[name] !== undefined) return `Name ${name} once.`
    faults[name] = Number(share)
  }
  const sum = exclusiveFaults.reduce((total, name) => total + (faults[name] ?? 0), 0)
  return sum > 1 + 1e-9 ? `Use at most 1 for ${exclusiveFaults.join(', ')} together.` : faults
}
