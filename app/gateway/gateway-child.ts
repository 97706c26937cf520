/**
 * The simulated gateway in a process of its own, beside the service that started it.
 *
 *   starting --listening--> running --stop()--> stopped
 *                            |   ^
 *         the process ended  |   | started again, on the same port
 *                            v   |
 *                           broken
 *
 * It is in a process of its own so that it fails as a gateway does: by itself, without the service.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { STOPPED, type Health } from '../../store/waiting/health.ts'
import type { WorkerLog } from '../../store/log/under-lease.ts'
import { programFile } from '../programs/program-file.ts'
import { StartFailure } from '../start-failure.ts'
import type { FromChild, ToChild } from './child-messages.ts'
import type { SimulatorOptions } from './simulator.ts'
import type { WebhookTarget } from './webhook-sender.ts'

export interface GatewayChildOptions extends Omit<SimulatorOptions, 'clock' | 'port' | 'webhook'> {
  readonly log: WorkerLog
}

const FIRST_RESTART_MS = 200
const LONGEST_RESTART_MS = 5_000
/** How much of its last words is kept. */
const MOST_SAID = 2_000

interface Launched {
  readonly child: ChildProcess
  readonly url: string
  /** Resolves with why it ended. */
  readonly ended: Promise<string>
}

/** Resolves when it can be asked, on a free port of loopback. Throws a StartFailure: its book is damaged or in use. */
export async function startGatewayChild(options: GatewayChildOptions): Promise<GatewayChild> {
  return new GatewayChild(options, await launch(options, { port: 0, webhook: null }))
}

export class GatewayChild {
  /** The same after each restart. */
  readonly url: string
  readonly #options: GatewayChildOptions
  readonly #stopping = new AbortController()
  readonly #supervision: Promise<void>
  #launched: Launched
  #webhook: WebhookTarget | null = null
  #health: Health = { state: 'working', reason: null }

  /** Takes over a running one; `startGatewayChild` is the way to one. */
  constructor(options: GatewayChildOptions, launched: Launched) {
    this.#options = options
    this.#launched = launched
    this.url = launched.url
    this.#supervision = this.#supervise()
  }

  get pid(): number | undefined {
    return this.#launched.child.pid
  }

  health(): Health {
    return this.#health
  }

  /** From now on, also after a restart, outcomes are reported there. */
  sendWebhooksTo(target: WebhookTarget): void {
    this.#webhook = target
    send(this.#launched.child, { kind: 'webhooks', target })
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    send(this.#launched.child, { kind: 'stop' })
    await this.#supervision
    this.#health = STOPPED
  }

  async #supervise(): Promise<void> {
    for (;;) {
      const reason = await this.#launched.ended
      if (this.#stopping.signal.aborted) return
      this.#health = { state: 'broken', reason }
      this.#options.log.error({ reason }, 'the simulated payment gateway ended; restarting it')
      const next = await this.#restart()
      if (next === null) return
      this.#launched = next
      this.#health = { state: 'working', reason: null }
      // stop() came while the new one started, and spoke to the old one.
      if (this.#stopping.signal.aborted) send(next.child, { kind: 'stop' })
    }
  }

  async #restart(): Promise<Launched | null> {
    const port = Number(new URL(this.url).port)
    for (let millis = FIRST_RESTART_MS; ; millis = Math.min(2 * millis, LONGEST_RESTART_MS)) {
      await pause(millis, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
      if (this.#stopping.signal.aborted) return null
      try {
        return await launch(this.#options, { port, webhook: this.#webhook })
      } catch (error) {
        this.#options.log.error({ err: error }, 'could not restart the simulated payment gateway; trying again')
      }
    }
  }
}

async function launch(
  { log: _, ...options }: GatewayChildOptions,
  rest: Pick<SimulatorOptions, 'port' | 'webhook'>,
): Promise<Launched> {
  const { url, args } = programFile('app/gateway/child-program')
  // In a session of its own: Ctrl-C in a terminal reaches the service, which stops this one last. Its environment is
  // empty: it needs none of the secrets.
  const child = fork(url, args, {
    detached: true,
    execArgv: [],
    env: {},
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-MOST_SAID)))
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => `${String(signal ?? code)} ${said}`.trim())
  const first = new Promise<FromChild>((resolve) => child.once('message', (message: FromChild) => resolve(message)))
  send(child, { kind: 'start', options: { ...options, ...rest } })
  const message = await Promise.race([first, ended])
  if (typeof message !== 'string' && message.kind === 'listening') return { child, url: message.url, ended }
  child.kill('SIGKILL')
  await ended
  throw typeof message === 'string' ? endedAtOnce(message) : new StartFailure(message.failure)
}

/** To one that has ended there is nothing to say: its end is noticed by itself. */
function send(child: ChildProcess, message: ToChild): void {
  if (child.connected) child.send(message, () => undefined)
}

function endedAtOnce(reason: string): StartFailure {
  return new StartFailure({
    code: 'gateway-ended',
    exitCode: 1,
    what: `the simulated payment gateway ended: ${reason}`,
    tried: 'to start it in a process of its own',
    next: 'set PAYMENT_GATEWAY_URL to a gateway of your own, or run `orderledger gateway` to see why it ends',
  })
}
