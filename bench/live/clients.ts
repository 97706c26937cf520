/** Clients of /live: browsers that look on while others order. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Cleanup } from '../cleanup.ts'
import { ROOT, TSX } from '../service/child.ts'

export interface LiveClients {
  readonly url: string
  readonly clients: number
  readonly topics: readonly string[]
  /** Orders that they place themselves, evenly spaced, to tell how soon each is seen; null: none. */
  readonly placed: null | { readonly lines: string; readonly rate: number; readonly seconds: number }
}

export interface ClientsReport {
  /** Changes, of all clients. */
  readonly frames: number
  readonly bytes: number
  /** Frames that left rows out, and snapshots that had to be given again. */
  readonly summaries: number
  readonly again: number
  readonly closed: number
  /** Milliseconds since the last frame. */
  readonly quietMs: number
  /** Milliseconds from when an order was due until a client had it. */
  readonly p50: number
  readonly p99: number
  /** Orders, of all clients. */
  readonly seen: number
  /** When each order was due that was placed after the warm-up, by the time of day in milliseconds. */
  readonly due: Readonly<Record<string, number>>
}

export interface Onlookers {
  /** Ends them. */
  report(): Promise<ClientsReport>
}

/** Resolves when all have what they asked for. */
export async function openClients(scope: Cleanup, wanted: LiveClients): Promise<Onlookers> {
  const script = join(ROOT, 'bench/live/clients-process.ts')
  const child = spawn(process.execPath, [...TSX, script, JSON.stringify(wanted)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  scope.add(() => void child.kill('SIGKILL'))
  const ended = once(child, 'exit').then(([code]) => {
    if (code !== 0) throw new Error(`the clients of /live ended with ${String(code)}`)
    return null
  })
  ended.catch(() => undefined)
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const line = async (): Promise<string> => {
    const next = await Promise.race([lines.next(), ended])
    return next === null || next.done === true ? '' : next.value
  }
  if ((await line()) !== 'ready') throw new Error('the clients of /live did not get what they asked for')
  return {
    async report() {
      child.stdin.end()
      const report = JSON.parse(await line()) as ClientsReport
      await ended
      return report
    },
  }
}
