import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { eventSchemas } from '../../schemas/events.ts'
import type { FieldSchema } from '../../schemas/avro-schema.ts'
import { atLeast, figure, inRounds, stated } from '../figure.ts'
import { ROOT } from '../service/child.ts'
import type { MeasuredService } from '../service/measured-service.ts'
import { startReplayedShop } from '../service/replayed-shop.ts'

const EVENTS = 500_000

const CHANNEL = { name: 'channel', type: 'string', doc: 'Where it came from.', default: 'web' } as const

/** How fast a proposed schema is tried out on everything that is stored, beside a service that has nothing else to do. */
export const rehearsal = figure({
  id: 'S2',
  title: 'schemas rehearse over a log of 500,000 events with one order of five cancelled',
  numbers: {
    added: atLeast('events rehearsed, a field added to OrderPlaced', '/s', { must: 50_000 }),
    lost: stated('events rehearsed, a field of OrderCancelled lost, rows made and compared', '/s'),
    dump: stated('events rehearsed, a field added, from a dump', '/s'),
  },
  async run(context) {
    const service = await startReplayedShop(context, EVENTS)
    const directory = context.scope.folder()
    const added = proposed(join(directory, 'added.avsc'), 'OrderPlaced', (fields) => [...fields, CHANNEL])
    const lost = proposed(join(directory, 'lost.avsc'), 'OrderCancelled', (fields) =>
      fields.filter(({ name }) => name !== 'region'),
    )
    const dump = join(directory, 'dump')
    await run(service, ['db', 'dump', dump])
    return inRounds(context, async () => ({
      added: await rehearsed(service, added),
      lost: await rehearsed(service, lost),
      dump: await rehearsed(service, added, '--from', dump),
    }))
  },
})

/** Events a second of the log, however often it was read. */
async function rehearsed(service: MeasuredService, file: string, ...more: readonly string[]): Promise<number> {
  const printed = await run(service, ['schemas', 'rehearse', '--schema', file, ...more, '--json'])
  const { complete, position, eventsPerSecond } = JSON.parse(printed) as {
    readonly complete: boolean
    readonly position: number
    readonly eventsPerSecond: number
  }
  if (!complete || position < EVENTS) throw new Error(`a rehearsal ended at ${position}`)
  return eventsPerSecond
}

/** What it printed. A rehearsal that finds something exits with 1, which is no failure here. */
async function run({ dataDir }: MeasuredService, args: readonly string[]): Promise<string> {
  const options = { cwd: dataDir, env: { PATH: process.env['PATH'], DATA_DIR: dataDir }, maxBuffer: 64 * 1024 * 1024 }
  const command = [join(ROOT, 'cli/orderledger.js'), ...args]
  try {
    return (await promisify(execFile)(process.execPath, command, options)).stdout
  } catch (error) {
    if (error instanceof Error && 'stdout' in error && 'code' in error && error.code === 1 && error.stdout !== '') {
      return String(error.stdout)
    }
    throw error
  }
}

function proposed(
  file: string,
  event: 'OrderPlaced' | 'OrderCancelled',
  edit: (fields: readonly FieldSchema[]) => readonly FieldSchema[],
): string {
  const [schema] = eventSchemas[event].versions
  writeFileSync(file, JSON.stringify({ ...schema, fields: edit(schema.fields) }))
  return file
}
