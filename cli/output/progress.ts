/** How far a long work is: a bar on a terminal, else a line every five seconds. */
import { SingleBar } from 'cli-progress'
import type { WriteStream } from 'node:tty'

export type ProgressStream = NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'hasColors'>>

export interface Progress {
  /** This many more are done. */
  advance(count: number): void
  /** Shows the last state and ends; a second call does nothing. */
  stop(): void
}

export interface ProgressOptions {
  readonly label: string
  readonly total: number | null
  readonly stream: ProgressStream
  /** Milliseconds. */
  readonly now: () => number
}

const lineEveryMs = 5_000

export function startProgress(options: ProgressOptions): Progress {
  return options.stream.isTTY === true && options.total !== null
    ? progressBar(options, options.total)
    : progressLines(options)
}

/** `import orders: 1,200 of 5,000 (24 %), 400/s, 10 s left`. */
export function progressLine(label: string, done: number, total: number | null, elapsedMs: number): string {
  const rate = elapsedMs <= 0 ? 0 : (done * 1000) / elapsedMs
  const speed = `${format(Math.round(rate))}/s`
  if (total === null) return `${label}: ${format(done)}, ${speed}`
  const share = total === 0 ? 100 : Math.floor((done * 100) / total)
  const left = done >= total ? '' : `, ${rate === 0 ? 'no estimate yet' : `${duration((total - done) / rate)} left`}`
  return `${label}: ${format(done)} of ${format(total)} (${String(share)} %), ${speed}${left}`
}

function progressBar({ label, stream, now }: ProgressOptions, total: number): Progress {
  const bar = new SingleBar({
    stream,
    fps: 10,
    hideCursor: true,
    format: (barOptions, { progress, value }) => {
      const width = barOptions.barsize ?? 40
      const filled = Math.round(Math.min(1, progress) * width)
      return `${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${progressLine(label, value, total, now() - started)}`
    },
    barsize: 24,
  })
  const started = now()
  bar.start(total, 0)
  let stopped = false
  return {
    advance: (count) => {
      bar.increment(count)
    },
    stop: () => {
      if (stopped) return
      stopped = true
      bar.stop()
    },
  }
}

function progressLines({ label, total, stream, now }: ProgressOptions): Progress {
  const started = now()
  let done = 0
  const write = (): void => {
    stream.write(`${progressLine(label, done, total, now() - started)}\n`)
  }
  const timer = setInterval(write, lineEveryMs)
  timer.unref()
  let stopped = false
  return {
    advance: (count) => {
      done += count
    },
    stop: () => {
      if (stopped) return
      stopped = true
      clearInterval(timer)
      write()
    },
  }
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds)
  if (whole < 60) return `${String(whole)} s`
  if (whole < 3600) return `${String(Math.floor(whole / 60))} min ${String(whole % 60)} s`
  return `${String(Math.floor(whole / 3600))} h ${String(Math.floor((whole % 3600) / 60))} min`
}

function format(count: number): string {
  return count.toLocaleString('en-US')
}
