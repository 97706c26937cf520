/** One broker: a process that can be killed, stopped and started again on the same port and data. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { StartFailure } from '../../app/start-failure.ts'
import { brokerArgs, type BrokerFiles, type KafkaProgram } from './kafka-program.ts'
import { spawnBound } from '../spawn-bound.ts'

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
  readonly files: BrokerFiles
  /** Told when it ends though nobody here killed it, with the last it said. */
  readonly onEnd: (broker: KafkaBroker, last: string) => void
}

interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<void>
  /** Where its part of the log begins. */
  readonly since: number
  ready: boolean
  /** Its end is no surprise. */
  killed: boolean
}

export class KafkaBroker {
  readonly id: number
  readonly port: number
  readonly #options: KafkaBrokerOptions
  #running: Running | null = null

  constructor(options: KafkaBrokerOptions) {
    this.id = options.id
    this.port = options.port
    this.#options = options
  }

  /** Null while it does not run. */
  pid(): number | null {
    return this.#running?.child.pid ?? null
  }

  /**
   * Resolves once it serves clients. NOTE: it does so only while most brokers of its cluster run; start several beside
   * each other, not one after the other.
   */
  async start(): Promise<void> {
    if (this.#running !== null) throw new Error(`broker ${String(this.id)} is already running`)
    const running = this.#spawn()
    this.#running = running
    const deadline = performance.now() + READY_MS
    for (;;) {
      const said = this.#said(running)
      if (said.includes(READY)) break
      if (this.#running !== running) throw this.#notStarted(said)
      if (performance.now() > deadline) {
        await this.kill('SIGKILL')
        throw this.#notStarted(said)
      }
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
    running.ready = true
  }

  /** Sends the signal; unless it is SIGSTOP or SIGCONT, resolves once the process is gone. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    const running = this.#running
    if (running === null) return
    const lasting = signal !== 'SIGSTOP' && signal !== 'SIGCONT'
    running.killed ||= lasting
    running.child.kill(signal)
    if (lasting) await running.ended
  }

  #spawn(): Running {
    const { program, files } = this.#options
    const log = openSync(files.log, 'a')
    const since = fstatSync(log).size
    const child = spawnBound(program.java, brokerArgs(program, files), { cwd: files.home, stdio: ['ignore', log, log] })
    closeSync(log)
    const ended = once(child, 'exit')
      .catch(() => undefined)
      .then(() => this.#onExit(running))
    const running: Running = { child, ended, since, ready: false, killed: false }
    return running
  }

  #onExit(running: Running): void {
    this.#running = null
    if (running.ready && !running.killed) this.#options.onEnd(this, lastLines(this.#said(running)))
  }

  #said({ since }: Running): string {
    return readFileSync(this.#options.files.log).subarray(since).toString()
  }

  #notStarted(said: string): StartFailure {
    const { home, log } = this.#options.files
    const tried = `to start broker ${String(this.id)} on port ${String(this.port)} with its data below ${home}`
    if (said.includes(LOCKED)) {
      return new StartFailure({
        code: 'kafka-data-in-use',
        exitCode: 1,
        what: `the data below ${home} is in use by another broker`,
        tried,
        next: 'stop the other cluster, or give --data another folder',
      })
    }
    return new StartFailure({
      code: said.includes(TAKEN) ? 'port-taken' : 'kafka-not-started',
      exitCode: 1,
      what: `Kafka did not start: ${lastLines(said) || 'it printed nothing'}`,
      tried,
      next: `read ${log}, and free some memory (a broker needs 150 MB)`,
    })
  }
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-LAST_LINES).join('\n')
}
