/** Where consumed messages go: lines to stdout, in pieces as large as a pipe likes, never more than it takes. */
import { once } from 'node:events'
import type { ReadRecord } from '../../kafka/client/partition-reader.ts'
import type { ProgressStream } from '../output/progress.ts'
import type { RecordText } from './record-text.ts'

export interface ConsumeReport {
  readonly messages: number
  readonly bytes: number
  readonly seconds: number
  /** From the first message to the last. */
  readonly ratePerSecond: number
}

export interface SinkOptions {
  readonly text: RecordText
  /** Messages that are wanted; Infinity: all. */
  readonly most: number
  /** Has to see values before `text` does; null: nobody has. */
  readonly prepare: ((values: readonly Buffer[]) => Promise<void>) | null
}

export class RecordSink {
  readonly #stream: ProgressStream
  readonly #text: RecordText
  readonly #most: number
  readonly #prepare: SinkOptions['prepare']
  #messages = 0
  #bytes = 0
  #first = 0
  #last = 0

  constructor(stream: ProgressStream, { text, most, prepare }: SinkOptions) {
    this.#stream = stream
    this.#text = text
    this.#most = most
    this.#prepare = prepare
  }

  get full(): boolean {
    return this.#messages >= this.#most
  }

  /** Shows as many as are wanted; returns how many that were. */
  async show(records: readonly ReadRecord[]): Promise<number> {
    const wanted = records.slice(0, this.#most - this.#messages)
    if (wanted.length === 0) return 0
    if (this.#messages === 0) this.#first = performance.now()
    await this.#prepare?.(wanted.flatMap(({ value }) => value ?? []))
    let lines = ''
    for (const record of wanted) {
      lines += `${this.#text(record)}\n`
      this.#bytes += record.value?.length ?? 0
    }
    this.#messages += wanted.length
    if (!this.#stream.write(lines)) await once(this.#stream, 'drain')
    this.#last = performance.now()
    return wanted.length
  }

  report(): ConsumeReport {
    const seconds = (this.#last - this.#first) / 1_000
    const ratePerSecond = seconds > 0 ? Math.round(this.#messages / seconds) : 0
    return { messages: this.#messages, bytes: this.#bytes, seconds: Math.round(seconds * 1_000) / 1_000, ratePerSecond }
  }
}
