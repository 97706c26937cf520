/** What a dump consists of: the Avro records of its two files. Other tools can read them; the fields say what they are. */
import type { Schema } from 'avsc'

export interface EventRecord {
  readonly position: number
  readonly stream: string
  readonly version: number
  readonly type: string
  readonly schemaVersion: number
  readonly data: Buffer
  readonly id: Buffer
  readonly commandId: Buffer
  readonly correlationId: Buffer
  readonly causationId: Buffer | null
  readonly recordedAt: number
}

export interface CommandRecord {
  readonly source: string
  readonly key: string
  readonly fingerprint: Buffer
  readonly answer: string | null
  readonly commandId: Buffer
  readonly events: number
  readonly position: number
  readonly recordedAt: number
}

const TIMESTAMP = { type: 'long', logicalType: 'timestamp-millis' } as const
const UUID = { type: 'fixed', name: 'Uuid', size: 16, logicalType: 'uuid' } as const

export const eventRecordSchema: Schema = {
  type: 'record',
  name: 'DumpedEvent',
  namespace: 'orderledger.dump',
  doc: 'An event of the log, in the order of positions: 1, 2, 3 ...',
  fields: [
    { name: 'position', type: 'long' },
    { name: 'stream', type: 'string' },
    { name: 'version', type: 'int' },
    { name: 'type', type: 'string', doc: 'Name of the Avro schema that data was written with.' },
    { name: 'schemaVersion', type: 'int', doc: 'Version of that schema.' },
    { name: 'data', type: 'bytes', doc: 'The Avro body alone.' },
    { name: 'id', type: UUID },
    { name: 'commandId', type: 'Uuid' },
    { name: 'correlationId', type: 'Uuid' },
    { name: 'causationId', type: ['null', 'Uuid'] },
    { name: 'recordedAt', type: TIMESTAMP },
  ],
}

export const commandRecordSchema: Schema = {
  type: 'record',
  name: 'DumpedCommand',
  namespace: 'orderledger.dump',
  doc: 'What is kept with the key of a command, ordered by source and key.',
  fields: [
    { name: 'source', type: 'string' },
    { name: 'key', type: 'string' },
    { name: 'fingerprint', type: 'bytes' },
    { name: 'answer', type: ['null', 'string'], doc: 'A text that only the source can read.' },
    { name: 'commandId', type: UUID },
    { name: 'events', type: 'int', doc: 'How many the command wrote: they stand up to and including the position.' },
    { name: 'position', type: 'long' },
    { name: 'recordedAt', type: TIMESTAMP },
  ],
}
