/**
 * Rows in the binary format of COPY: a header, then for each row the number of its columns and each column with its
 * length in front (-1: null), then a trailer. Numbers are big-endian.
 * Source: PostgreSQL documentation, COPY, "Binary Format".
 */
import { numericBytes } from '../store/postgres/binary-array.ts'
import type { ColumnType, Table, Value } from './projection.ts'
import { keyColumns, keyValues } from './row-key.ts'
import { asInteger, asNumber, asText, typeOf, writtenColumns, type Group } from './write-rows.ts'

const HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)])
const TRAILER = Buffer.from([0xff, 0xff])
const CHUNK = 64 * 1024

/** Throws a TypeError when a value does not fit its column. */
export function* copyChunks(table: Table, group: Group): Generator<Buffer, void, undefined> {
  const { set, add } = writtenColumns(table, group)
  const columns = [
    ...set.map((name) => ({ name, type: typeOf(table, name), of: 'set' as const })),
    ...add.map((name) => ({ name, type: typeOf(table, name), of: 'add' as const })),
  ]
  const keys = keyColumns(table)
  const writer = new Writer()
  yield HEADER
  for (const [index, key] of group.keys.entries()) {
    const written = group.written[index]
    writer.columns(keys.length + columns.length)
    for (const [place, value] of keyValues(table, key).entries()) writer.value(keys[place]?.type ?? 'text', value)
    for (const { name, type, of } of columns) {
      writer.value(type, of === 'set' ? (written?.set[name] ?? null) : (written?.add[name] ?? 0))
    }
    if (writer.length >= CHUNK) yield writer.take()
  }
  yield writer.take()
  yield TRAILER
}

class Writer {
  #buffer = Buffer.allocUnsafe(2 * CHUNK)
  length = 0

  columns(count: number): void {
    this.#room(2)
    this.length = this.#buffer.writeInt16BE(count, this.length)
  }

  value(type: ColumnType, value: Value): void {
    if (value === null) this.#null()
    else if (type === 'text') this.#text(asText(value) ?? '')
    else if (type === 'integer') this.#int4(asNumber(value) ?? 0)
    else if (type === 'sum') this.#numeric(asInteger(value) ?? 0)
    else this.#int8(asInteger(value) ?? 0)
  }

  /** What was written so far; begins again. */
  take(): Buffer {
    const taken = Buffer.from(this.#buffer.subarray(0, this.length))
    this.length = 0
    return taken
  }

  #text(value: string): void {
    const bytes = Buffer.byteLength(value)
    this.#room(4 + bytes)
    this.length = this.#buffer.writeInt32BE(bytes, this.length)
    this.length += this.#buffer.write(value, this.length)
  }

  #int4(value: number): void {
    this.#room(8)
    this.length = this.#buffer.writeInt32BE(4, this.length)
    this.length = this.#buffer.writeInt32BE(value, this.length)
  }

  #int8(value: number | bigint): void {
    this.#room(12)
    this.length = this.#buffer.writeInt32BE(8, this.length)
    this.length = this.#buffer.writeBigInt64BE(BigInt(value), this.length)
  }

  #numeric(value: number | bigint): void {
    const bytes = numericBytes(value)
    this.#room(4 + bytes.length)
    this.length = this.#buffer.writeInt32BE(bytes.length, this.length)
    this.length += bytes.copy(this.#buffer, this.length)
  }

  #null(): void {
    this.#room(4)
    this.length = this.#buffer.writeInt32BE(-1, this.length)
  }

  #room(bytes: number): void {
    if (this.length + bytes <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.length + bytes))
    this.#buffer.copy(larger, 0, 0, this.length)
    this.#buffer = larger
  }
}
