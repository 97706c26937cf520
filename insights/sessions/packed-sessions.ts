/**
 * Open sessions as they are saved, in one value a partition: with JSON, the half million that there may be took seconds of a
 * process that has orders to answer. They are packed and read in slices of some milliseconds, so that neither a turn of the
 * event loop nor the memory for it grows with them.
 *
 *   of each slice: how many bytes (uint32), compressed with lz4:
 *     how many names of products (uint32; all are in the first slice), then of each: length (uint16), UTF-8
 *     how many sessions (uint32), then of each: length of its subject (uint16), UTF-8, how many numbers (uint16), float64s,
 *     length (uint16; 0: none) of what few have, JSON in UTF-8
 *
 * The numbers: first and last event, how many events, when each stage first happened, then of each product that was viewed
 * its number among the names and when.
 */
import { compress, uncompress } from 'lz4-napi'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Names } from './names.ts'
import { STAGES, type Session, type View } from './session.ts'

export interface SavedSessions {
  /** Of the products that they have. */
  readonly names: Names
  readonly sessions: Iterable<Session>
}

const SLICE = 1_000
const MOST_UTF8 = 3

/** In the numbers of a session. */
const FIRSTS = 3
const PRODUCTS = FIRSTS + STAGES.length

/** In turns: nothing may be folded in meanwhile. */
export async function packSessions({ names, sessions }: SavedSessions): Promise<Buffer> {
  const parts: Buffer[] = []
  const add = async (packed: Buffer) => {
    const compressed = await compress(packed)
    parts.push(uint32(compressed.length), compressed)
    await nextTurn()
  }
  let slice: Session[] = []
  for (const session of sessions) {
    if (slice.push(session) < SLICE) continue
    await add(packSlice(slice, names, parts.length === 0))
    slice = []
  }
  await add(packSlice(slice, names, parts.length === 0))
  return Buffer.concat(parts)
}

/** Of bytes that `packSessions` has made, slice by slice. */
export async function* unpackSessions(packed: Buffer): AsyncGenerator<readonly Session[]> {
  let names: readonly string[] | null = null
  for (const slice of slicesOf(packed)) {
    const reading = new Reading(await uncompress(slice))
    const named = reading.names()
    names ??= named
    yield reading.sessions(names)
    await nextTurn()
  }
}

function* slicesOf(packed: Buffer): Generator<Buffer> {
  for (let at = 0; at < packed.length;) {
    const end = at + 4 + packed.readUInt32LE(at)
    if (end > packed.length) throw new Error('open sessions are cut off, or saved in a form that is not read here')
    yield packed.subarray(at + 4, end)
    at = end
  }
}

function packSlice(sessions: readonly Session[], names: Names, isFirst: boolean): Buffer {
  const texts = isFirst ? names.all() : []
  const rows = sessions.map((session) => ({
    ...{ subject: session.subject, numbers: numbersOf(session, names), more: moreOf(session) },
  }))
  let most = 8
  for (const name of texts) most += 2 + name.length * MOST_UTF8
  for (const { subject, numbers, more } of rows) {
    most += 6 + (subject.length + more.length) * MOST_UTF8 + numbers.length * 8
  }
  const packed = Buffer.allocUnsafe(most)
  let at = packed.writeUInt32LE(texts.length, 0)
  for (const name of texts) at = writeText(packed, name, at)
  at = packed.writeUInt32LE(rows.length, at)
  for (const { subject, numbers, more } of rows) {
    at = writeText(packed, subject, at)
    at = packed.writeUInt16LE(numbers.length, at)
    for (const number of numbers) at = packed.writeDoubleLE(number, at)
    at = writeText(packed, more, at)
  }
  return packed.subarray(0, at)
}

function numbersOf({ from, to, events, stages, views }: Session, names: Names): readonly number[] {
  const numbers = [from, to, events, ...stages]
  for (const { sku, at } of views) numbers.push(names.number(sku), at)
  return numbers
}

function moreOf({ customer, cart }: Session): string {
  return customer === null && cart.length === 0 ? '' : JSON.stringify({ customer, cart })
}

/** Of one slice, from its beginning to its end. */
class Reading {
  readonly #packed: Buffer
  #at = 0

  constructor(packed: Buffer) {
    this.#packed = packed
  }

  names(): readonly string[] {
    return Array.from({ length: this.#uint32() }, () => this.#text())
  }

  /** `names`: of all slices. */
  sessions(names: readonly string[]): readonly Session[] {
    return Array.from({ length: this.#uint32() }, () => this.#session(names))
  }

  #session(names: readonly string[]): Session {
    const subject = this.#text()
    const numbers = this.#numbers()
    const more = this.#text()
    const [from = 0, to = 0, events = 0] = numbers
    const views: View[] = []
    for (let index = PRODUCTS; index < numbers.length; index += 2) {
      views.push({ sku: names[numbers[index] ?? 0] ?? '', at: numbers[index + 1] ?? 0 })
    }
    return {
      ...{ subject, from, to, events, stages: numbers.slice(FIRSTS, PRODUCTS), views },
      ...(more === '' ? NO_MORE : (JSON.parse(more) as Pick<Session, 'customer' | 'cart'>)),
    }
  }

  #uint32(): number {
    this.#at += 4
    return this.#packed.readUInt32LE(this.#at - 4)
  }

  #uint16(): number {
    this.#at += 2
    return this.#packed.readUInt16LE(this.#at - 2)
  }

  #text(): string {
    const from = this.#at + 2
    this.#at = from + this.#uint16()
    return this.#packed.toString('utf8', from, this.#at)
  }

  #numbers(): readonly number[] {
    return Array.from({ length: this.#uint16() }, () => {
      this.#at += 8
      return this.#packed.readDoubleLE(this.#at - 8)
    })
  }
}

const NO_MORE = { customer: null, cart: [] } as const

function writeText(packed: Buffer, text: string, at: number): number {
  const bytes = packed.write(text, at + 2)
  packed.writeUInt16LE(bytes, at)
  return at + 2 + bytes
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
