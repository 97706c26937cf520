import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventSchemas } from '../../schemas/events.ts'
import type { FieldSchema } from '../../schemas/avro-schema.ts'
import { atLeast, atMost, figure, inRounds, stated } from '../figure.ts'
import { runMeasured } from '../service/measured-command.ts'
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
    memory: atMost('the most memory of the three', 'MB', { must: 512 }),
  },
  async run(context) {
    const service = await startReplayedShop(context, EVENTS)
    const directory = context.scope.folder()
    const added = proposed(join(directory, 'added.avsc'), 'OrderPlaced', (fields) => [...fields, CHANNEL])
    const lost = proposed(join(directory, 'lost.avsc'), 'OrderCancelled', (fields) =>
      fields.filter(({ name }) => name !== 'region'),
    )
    const dump = join(directory, 'dump')
    await runMeasured(service.dataDir, ['db', 'dump', dump])
    return inRounds(context, async () => {
      const whole = [
        await rehearsed(service, added),
        await rehearsed(service, lost),
        await rehearsed(service, added, '--from', dump),
      ] as const
      const [ofAdded, ofLost, ofDump] = whole.map(({ eventsPerSecond }) => eventsPerSecond)
      const memory = Math.max(...whole.map(({ peakMb }) => peakMb))
      return { added: ofAdded ?? 0, lost: ofLost ?? 0, dump: ofDump ?? 0, memory }
    })
  },
})

/** Events a second of the log, however often it was read. */
async function rehearsed({ dataDir }: MeasuredService, file: string, ...more: readonly string[]) {
  const { stdout, peakMb } = await runMeasured(dataDir, ['schemas', 'rehearse', '--schema', file, ...more, '--json'])
  const { complete, position, eventsPerSecond } = JSON.parse(stdout) as {
    readonly complete: boolean
    readonly position: number
    readonly eventsPerSecond: number
  }
  if (!complete || position < EVENTS) throw new Error(`a rehearsal ended at ${position}`)
  return { eventsPerSecond, peakMb }
}

function proposed(
  file: string,
  event: 'OrderPlaced' | 'OrderCancelled',
  edit: (fields: readonly FieldSchema[]) => readonly FieldSchema[],
): string {
  const schema = eventSchemas[event].versions.at(-1)
  if (schema === undefined) throw new Error(`${event} has no version`)
  writeFileSync(file, JSON.stringify({ ...schema, fields: edit(schema.fields) }))
  return file
}
