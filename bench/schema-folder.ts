/** A folder of schemas as a large shop has it, with everything generated that belongs to it. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EventSchema } from '../schemas/avro-schema.ts'
import { writeGenerated } from '../contract/authoring/codegen.ts'
import { formatSchema } from '../contract/authoring/format-schema.ts'
import { ROOT } from './service/child.ts'

const money = {
  type: 'record',
  name: 'Money',
  doc: 'Money.',
  fields: [
    { name: 'amount', type: 'long', doc: 'In minor units.' },
    { name: 'currency', type: 'string', doc: 'ISO 4217 code.' },
  ],
} as const
const line = {
  type: 'record',
  name: 'Line',
  doc: 'A line.',
  fields: [
    { name: 'sku', type: 'string', doc: 'The product.' },
    { name: 'unitPrice', type: money, doc: 'Of one unit.' },
  ],
} as const
const tier = { type: 'enum', name: 'Tier', doc: 'A rank.', symbols: ['standard', 'vip'], default: 'standard' } as const

/** Every event has lines, an enum and a time; each version adds a text. */
export function writeSchemaFolder(folder: string, events: number, versions: number): void {
  const names = Array.from(
    { length: events },
    (_, index) => `Event${String.fromCharCode(65 + (index % 26))}${index}Happened`,
  )
  for (const name of names) {
    mkdirSync(join(folder, name), { recursive: true })
    for (let version = 1; version <= versions; version++) {
      writeFileSync(join(folder, name, `v${version}.avsc`), formatSchema(schema(name, version)))
    }
  }
  for (const file of ['avro-schema.ts', 'upcasters.ts']) cpSync(join(ROOT, 'schemas', file), join(folder, file))
  writeGenerated(folder)
}

function schema(name: string, version: number): EventSchema {
  const added = Array.from({ length: version - 1 }, (_, index) => ({
    name: `note${index + 2}`,
    type: 'string',
    doc: 'A note.',
    default: '',
  }))
  return {
    type: 'record',
    name,
    namespace: 'orderledger',
    doc: 'Something happened.',
    stream: 'order',
    fields: [
      { name: 'orderId', type: 'string', doc: 'The order.' },
      { name: 'lines', type: { type: 'array', items: line }, doc: 'What was ordered.' },
      { name: 'total', type: 'Money', doc: 'The sum.' },
      { name: 'tier', type: tier, doc: 'The rank.' },
      { name: 'placedAt', type: { type: 'long', logicalType: 'timestamp-millis' }, doc: 'When.' },
      { name: 'reason', type: ['null', 'string'], doc: 'Why.', default: null },
      ...added,
    ],
  }
}
