/** A simulated gateway behind a door that counts who comes in. */
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { systemClock } from '../../app/clock.ts'
import type { SimulatorOptions } from '../../app/gateway/simulator.ts'
import { startSimulator } from '../../app/gateway/start-simulator.ts'

export interface CountingGateway {
  readonly url: string
  /** How many requests came. */
  requests(): number
  /** Keys of what is in its book, in turn. */
  booked(kind: 'charge' | 'refund'): readonly string[]
  close(): Promise<void>
}

export async function countingGateway(options: Partial<SimulatorOptions> = {}): Promise<CountingGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'orderledger-gateway-'))
  const book = join(folder, 'book.jsonl')
  const odds = { seed: 1, declines: 0, latency: { from: 0, to: 0 }, faults: {}, webhook: null }
  const simulator = await startSimulator({ ...odds, ...options, book, port: 0, clock: systemClock })
  let requests = 0
  const door = createServer((request, response) => {
    requests += 1
    const { method = 'GET', url = '/', headers } = request
    const key = headers['idempotency-key']
    const forward = async (): Promise<void> => {
      const body = method === 'POST' ? await text(request) : null
      const answer = await fetch(`${simulator.url}${url}`, {
        method,
        body,
        headers: { 'content-type': 'application/json', ...(typeof key === 'string' && { 'idempotency-key': key }) },
      })
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
    }
    forward().catch(() => response.destroy())
  })
  door.listen(0, '127.0.0.1')
  await once(door, 'listening')
  return {
    url: `http://127.0.0.1:${String((door.address() as AddressInfo).port)}`,
    requests: () => requests,
    booked: (kind) =>
      readFileSync(book, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as { readonly kind: string; readonly key: string })
        .flatMap((entry) => (entry.kind === kind ? [entry.key] : [])),
    async close() {
      door.closeAllConnections()
      door.close()
      await simulator.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
