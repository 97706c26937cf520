/**
 * Open sessions as they are saved, in one value a partition: with JSON, the half million that there may be took seconds of a
 * process that has orders to answer.
 *
 *   how many names (uint32), then of each: length (uint16), UTF-8
 *   how many sessions (uint32), then of each: length of its subject (uint16), UTF-8, how many numbers (uint16), float64s,
 *   length (uint16; 0: none) of what few have, JSON in UTF-8
 */
import type { Session, SessionMore } from './session.ts'

export interface SavedSessions {
  /** Of products, by the numbers that sessions have for them. */
  readonly names: readonly string[]
  readonly sessions: readonly Session[]
}

const MOST_UTF8 = 3

export function packSessions({ names, sessions }: SavedSessions): Buffer {
  let most = 8
  for (const name of names) most += 2 + name.length * MOST_UTF8
  const extras = sessions.map(({ more }) => (more === null ? '' : JSON.stringify(more)))
  for (const [index, { subject, numbers }] of sessions.entries()) {
    most += 6 + (subject.length + (extras[index] ?? '').length) * MOST_UTF8 + numbers.length * 8
  }
  const packed = Buffer.allocUnsafe(most)
  let at = packed.writeUInt32LE(names.length, 0)
  for (const name of names) at = writeText(packed, name, at)
  at = packed.writeUInt32LE(sessions.length, at)
  for (const [index, { subject, numbers }] of sessions.entries()) {
    at = writeText(packed, subject, at)
    at = packed.writeUInt16LE(numbers.length, at)
    for (const number of numbers) at = packed.writeDoubleLE(number, at)
    at = writeText(packed, extras[index] ?? '', at)
  }
  return packed.subarray(0, at)
}

/** Of bytes that `packSessions` has made. */
export function unpackSessions(packed: Buffer): SavedSessions {
  let at = 4
  const text = () => {
    const from = at + 2
    at = from + packed.readUInt16LE(at)
    return packed.toString('utf8', from, at)
  }
  const names = Array.from({ length: packed.readUInt32LE(0) }, text)
  const count = packed.readUInt32LE(at)
  at += 4
  const sessions = Array.from({ length: count }, (): Session => {
    const subject = text()
    const length = packed.readUInt16LE(at)
    at += 2
    const numbers = Array.from({ length }, (_, index) => packed.readDoubleLE(at + index * 8))
    at += length * 8
    const extra = text()
    return { subject, numbers, more: extra === '' ? null : (JSON.parse(extra) as SessionMore) }
  })
  return { names, sessions }
}

function writeText(packed: Buffer, text: string, at: number): number {
  const bytes = packed.write(text, at + 2)
  packed.writeUInt16LE(bytes, at)
  return at + 2 + bytes
}
