/** One broker: a process that can be killed, stopped and started again on the same port and data. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, statSync } from 'node:fs'
import { StartFailure } from '../../app/start-failure.ts'
import type { KafkaProgram } from './kafka-program.ts'
import { spawnBound } from './spawn-bound.ts'

/** Alone it takes a second, three beside each other four, on a busy machine ten times as long. */
const READY_MS = 120_000
const READY = 'Kafka Server started'
const TAKEN = 'Address already in use'
const LOCKED = 'Failed to acquire lock on file'
const LAST_LINES = 6

export interface KafkaBrokerOptions {
  readonly program: KafkaProgram
  readonly id: number
  readonly port: number
  /** Holds its data, settings and log. */
  readonly home: string
  readonly properties: string
  readonly logSettings: string
  readonly log: string
  /** Told when it ends though nobody here killed it. */
  readonly onEnd: (last: string) => void
}

export class KafkaBroker {
  readonly id: number
  readonly port: number
  readonly #options: KafkaBrokerOptions
  #child: ChildProcess | null = null
  #ended: Promise<unknown> = Promise.resolve()
  /** Where the log of the present process begins. */
  #since = 0

  constructor(options: KafkaBrokerOptions) {
    this.id = options.id
    this.port = options.port
    this.#options = options
  }

  /** Null while it does not run. */
  pid(): number | null {
    return this.#child?.pid ?? null
  }

  /**
   * Resolves once it serves clients. NOTE: it does so only while most brokers of its cluster run; start several beside each
   * other, not one after the other.
   */
  async start(): Promise<void> {
    if (this.#child !== null) throw new Error(`broker ${String(this.id)} runs already`)
    const { program, home, properties, logSettings, log, onEnd } = this.#options
    const file = openSync(log, 'a')
    this.#since = statSync(log).size
    const args = [...program.brokerArgs(logSettings), properties]
    const child = spawnBound(program.java, args, { cwd: home, stdio: ['ignore', file, file] })
    closeSync(file)
    this.#child = child
    let ready = false
    const ended = once(child, 'exit')
      .catch(() => undefined)
      .then(() => {
        const unasked = this.#child === child
        if (unasked) this.#child = null
        if (unasked && ready) onEnd(this.#said())
      })
    this.#ended = ended
    await this.#untilReady(child)
    ready = true
  }

  /** Sends the signal; unless it is SIGSTOP or SIGCONT, resolves once the process is gone. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (child === null) return
    child.kill(signal)
    if (signal === 'SIGSTOP' || signal === 'SIGCONT') return
    const ended = this.#ended
    // From now on its end is no surprise.
    this.#child = null
    await ended
  }

  async #untilReady(child: ChildProcess): Promise<void> {
    const deadline = performance.now() + READY_MS
    for (;;) {
      const said = this.#said(Infinity)
      if (said.includes(READY)) return
      if (this.#child !== child) throw this.#notStarted(said)
      if (performance.now() > deadline) {
        await this.kill('SIGKILL')
        throw this.#notStarted(said)
      }
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }

  /** The last lines of its log. */
  #said(lines = LAST_LINES): string {
    const text = readFileSync(this.#options.log).subarray(this.#since).toString()
    return lines === Infinity ? text : text.trim().split('\n').slice(-lines).join('\n')
  }

  #notStarted(said: string): StartFailure {
    const { port, home, log } = this.#options
    const where = `broker ${String(this.id)} on port ${String(port)} with its data below ${home}`
    if (said.includes(LOCKED)) {
      return new StartFailure({
        code: 'kafka-data-in-use',
        exitCode: 1,
        what: `the data below ${home} is in use by another broker`,
        tried: `to start ${where}`,
        next: 'stop the other cluster, or give --data another folder',
      })
    }
    return new StartFailure({
      code: said.includes(TAKEN) ? 'port-taken' : 'kafka-not-started',
      exitCode: 1,
      what: `Kafka does not start: ${said.trim().split('\n').slice(-LAST_LINES).join('\n') || 'it said nothing'}`,
      tried: `to start ${where}`,
      next: `read ${log}, and free some memory (a broker needs 150 MB)`,
    })
  }
}
