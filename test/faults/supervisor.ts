/** Keeps a service running as systemd or Kubernetes would: whenever it ends, it is started again. */
import { type Service, startService } from '../support/service.ts'

export interface SupervisorOptions {
  readonly dataDir: string
  /** The environment of the nth start, from 1. */
  readonly env: (start: number) => Readonly<Record<string, string>>
  /** Awaited after each end, before the next start. */
  readonly between?: () => Promise<void>
}

export class Supervisor {
  readonly #options: SupervisorOptions
  #service: Service | null = null
  #starts = 0
  #settled = false
  #restarting: Promise<void> = Promise.resolve()
  /** No start before this is over. */
  #away: Promise<void> = Promise.resolve()
  #failure: unknown = null

  constructor(options: SupervisorOptions) {
    this.#options = options
  }

  /** Resolves when the service is ready for the first time. */
  async start(): Promise<void> {
    await this.#launch()
  }

  get starts(): number {
    return this.#starts
  }

  /** Where the service is, or was: a client that finds nobody there asks again. */
  get url(): string {
    if (this.#failure !== null) throw new Error('the service does not start any more', { cause: this.#failure })
    return this.#service?.url ?? 'http://127.0.0.1:1'
  }

  get service(): Service {
    if (this.#service === null) throw new Error('no service runs')
    return this.#service
  }

  get runs(): boolean {
    return this.#service !== null
  }

  /** Stops the service, does something while it is away, and starts it again. */
  async whileAway(work: () => Promise<void>): Promise<void> {
    const { service } = this
    const away = (async () => {
      await service.stop()
      await work()
    })()
    this.#away = away.catch(() => undefined)
    await away
    await this.restarted()
  }

  /** Resolves when a restart under way is over; rejects when it did not succeed. */
  async restarted(): Promise<void> {
    await this.#restarting
    if (this.#failure !== null) throw new Error('the service does not start any more', { cause: this.#failure })
  }

  /** Waits for a restart under way, and starts no more. Returns the service that runs now. */
  async settle(): Promise<Service> {
    this.#settled = true
    await this.#restarting
    return this.service
  }

  async stop(): Promise<void> {
    this.#settled = true
    await this.#restarting.catch(() => undefined)
    await this.#service?.stop()
  }

  async #launch(): Promise<void> {
    this.#starts++
    const { dataDir, env } = this.#options
    const service = await this.#tryStart(dataDir, env(this.#starts))
    if (service === null) {
      await this.#options.between?.()
      return this.#launch()
    }
    this.#service = service
    void service.exited.then(() => {
      if (this.#settled) return
      const launching = this.#away.then(() => this.#options.between?.()).then(() => this.#launch())
      this.#restarting = launching.catch((error: unknown) => {
        this.#failure = error
      })
    })
  }

  /** Null when it died before it was ready: a crash point may lie in the start itself. */
  async #tryStart(dataDir: string, env: Readonly<Record<string, string>>): Promise<Service | null> {
    const starting = await startService({ dataDir, env, unready: true })
    const ended = starting.exited.then(() => null)
    const ready = await Promise.race([starting.ready(), ended]).catch((cause: unknown) => {
      throw new Error(`the service did not become ready:\n${starting.output()}`, { cause })
    })
    if (ready !== null) return ready
    const { signal } = await starting.exited
    if (signal === 'SIGKILL') return null
    throw new Error(`the service did not start:\n${starting.output()}`)
  }
}
