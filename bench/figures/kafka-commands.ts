import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import type { ConsumeReport } from '../../cli/records/record-sink.ts'
import type { ProduceReport } from '../../cli/producing/produce-tally.ts'
import type { Cleanup } from '../cleanup.ts'
import { atLeast, atMost, figure, inRounds } from '../figure.ts'
import { brokerEnv, startBroker } from '../service/broker.ts'
import { NODE_FLAGS, ROOT } from '../service/child.ts'
import { fillLog } from '../service/filled-log.ts'
import { startService } from '../service/measured-service.ts'
import { publishedRate } from './relay-rate.ts'

const LINES = 600_000
const EVENTS = 300_000

/** The command, from a file of behaviour in JSON to the acknowledgement of one broker. */
export const produceRate = figure({
  id: 'K5',
  title: 'orderledger produce: 600,000 lines of behaviour onto one broker',
  numbers: {
    produced: atLeast('messages produced', '/s', { must: 80_000 }),
    p50: atMost('p50 of a send of up to 500 messages', 'ms', { must: 5 }),
    p99: atMost('p99 of a send of up to 500 messages', 'ms', { must: 20 }),
  },
  async run(context) {
    const { scope } = context
    const env = await broker(scope, 'k5.')
    const file = join(scope.folder(), 'behaviour.jsonl')
    await writeBehaviour(file)
    return inRounds(context, async () => {
      const { stdout } = await command(env, ['produce', file, '--json'])
      const { ratePerSecond, sendMs } = JSON.parse(stdout) as ProduceReport
      return { produced: ratePerSecond, p50: sendMs.p50, p99: sendMs.p99 }
    })
  },
})

/** The command, from one broker to lines of JSON on a pipe that nobody looks at. */
export const consumeRate = figure({
  id: 'K6',
  title: 'orderledger consume --decode: events of orders from one broker, decoded and printed as JSON',
  numbers: {
    consumed: atLeast('messages consumed and decoded', '/s', { must: 60_000, goal: 100_000 }),
  },
  async run(context) {
    const { scope } = context
    const databaseUrl = await fillLog(scope, EVENTS)
    const env = await broker(scope, 'k6.')
    const service = { ...env, DATABASE_URL: databaseUrl, ROLES: 'relay' }
    const rate = publishedRate(scope, databaseUrl, { prefix: 'k6.', events: EVENTS })
    const relay = await startService(scope, { dataDir: env.DATA_DIR, env: service })
    await rate
    await relay.stop()
    const count = Math.floor(EVENTS / 2)
    return inRounds(context, async () => {
      const given = ['consume', 'orders', '--decode', '-n', String(count), '--json']
      const { stderr } = await command({ ...env, DATABASE_URL: databaseUrl }, given)
      const { consumed } = JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as { readonly consumed: ConsumeReport }
      return { consumed: consumed.ratePerSecond }
    })
  },
})

async function broker(scope: Cleanup, prefix: string) {
  return { ...brokerEnv(await startBroker(scope, prefix)), DATA_DIR: scope.folder() }
}

/** About 200 bytes a line. */
async function writeBehaviour(file: string): Promise<void> {
  const out = createWriteStream(file)
  for (let index = 0; index < LINES; index++) {
    const line = {
      type: 'page-view',
      id: `view-${index}`,
      time: new Date(1_764_000_000_000 + index).toISOString(),
      customerId: `customer-${(index * 7) % 5_000}`,
      page: `/products/SKU-${index % 1_000}`,
      agent: 'Mozilla/5.0 (X11; Linux x86_64)',
    }
    if (!out.write(`${JSON.stringify(line)}\n`)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'close')
}

async function command(env: Readonly<Record<string, string>>, args: readonly string[]) {
  const { PATH, HOME } = process.env
  const child = spawn(process.execPath, [...NODE_FLAGS, join(ROOT, 'cli/orderledger.js'), ...args], {
    cwd: env['DATA_DIR'],
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printsReport = args.includes('produce')
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    if (printsReport) stdout += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  await once(child, 'close')
  if (child.exitCode !== 0) throw new Error(`orderledger ${args.join(' ')} ended with ${child.exitCode}: ${stderr}`)
  return { stdout, stderr }
}
