import { SchemaRegistry as Client } from '@kafkajs/confluent-schema-registry'
import { confluentRegistry } from '../../contract/registry/confluent-registry.ts'
import { lookUpEventSchemas } from '../../contract/registry/event-schema-ids.ts'
import { subjectOf } from '../../contract/subject.ts'
import { wireFormat } from '../../contract/registry/wire-format.ts'
import { avroType } from '../../schemas/avro-types.ts'
import { decodeUntrusted, encode } from '../../schemas/codec.ts'
import { eventSchemas } from '../../schemas/events.ts'
import { atLeast, atMost, figure, inRounds, stated } from '../figure.ts'
import { callsPerSecond, ORDER } from '../order-event.ts'
import { startService } from '../service/measured-service.ts'

/** Slices of both are taken in turn, so that a slow moment of the machine is nobody's. */
const SLICES = 8

/** What a message costs: our framing beside the client library of the registry, and the look at every byte from outside. */
export const wireFormatFigure = figure({
  id: 'P8',
  title: 'an OrderPlaced of three lines as a message, and back',
  numbers: {
    ratio: atLeast('framed events encoded ÷ those of the client library', 'x', { must: 1.5, goal: 2 }),
    bounds: atMost('time to decode with the bounds walk ÷ bare avsc', 'x', { must: 1.6 }),
    encode: stated('framed events encoded', '/s'),
    client: stated('events encoded by the client library', '/s'),
    decode: stated('messages decoded', '/s'),
  },
  async run(context) {
    const { url } = await startService(context.scope)
    const host = `${url}/registry`
    const ids = await lookUpEventSchemas(confluentRegistry({ url: host, monotonic: () => performance.now() }))
    const format = wireFormat(ids)
    const client = new Client({ host })
    const id = await client.getLatestSchemaId(subjectOf(ORDER.type))
    const message = format.encode(ORDER)
    const expected = new Set([ORDER.type])
    const type = avroType(eventSchemas.OrderPlaced.versions[0])
    const body = encode(ORDER).data
    if (!message.equals(await client.encode(id, ORDER))) throw new Error('the client library writes other bytes')
    const seconds = Math.min(context.seconds, 2) / SLICES
    return inRounds(context, async () => {
      const rates = { encode: 0, client: 0, decode: 0, walked: 0, bare: 0 }
      for (let slice = 0; slice < SLICES; slice++) {
        rates.encode += callsPerSecond(() => format.encode(ORDER), seconds) / SLICES
        rates.client += (await awaitedPerSecond(() => client.encode(id, ORDER), seconds)) / SLICES
        rates.decode += callsPerSecond(() => format.decode(message, expected), seconds) / SLICES
        rates.walked += callsPerSecond(() => decodeUntrusted(ORDER.type, 1, body), seconds) / SLICES
        rates.bare += callsPerSecond(() => type.fromBuffer(body), seconds) / SLICES
      }
      const { bare, walked, ...told } = rates
      return { ...told, ratio: rates.encode / rates.client, bounds: bare / walked }
    })
  },
})

async function awaitedPerSecond(call: () => Promise<unknown>, seconds: number): Promise<number> {
  const start = performance.now()
  let calls = 0
  while (performance.now() - start < seconds * 1_000) {
    for (let index = 0; index < 100; index++) await call()
    calls += 100
  }
  return calls / ((performance.now() - start) / 1_000)
}
