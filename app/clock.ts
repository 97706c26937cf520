/** The clock and the ids of the process, handed to every part that needs them. */
import { randomFillSync } from 'node:crypto'

/** Milliseconds since 1970. */
export type Clock = () => number

export const systemClock: Clock = () => Date.now()

/** Further than this from the system's clock, ours was left behind: the clock was set, or the machine slept. */
const STRAYED_MS = 5
let shift = 0

/** The system's clock with fractions of a millisecond; the same in all threads of the process. */
export const preciseClock: Clock = () => {
  const time = performance.timeOrigin + performance.now() + shift
  const strayed = Date.now() - time
  if (Math.abs(strayed) <= STRAYED_MS) return time
  shift += strayed
  return time + strayed
}

export interface Ids {
  /** A new UUID version 7 as text. */
  newId(): string
  /** A new UUID version 7 as its 16 bytes; the caller owns the buffer. */
  newIdBytes(): Buffer
}

// Layout (RFC 9562): 48 bits milliseconds, 4 bits version, 12 bits counter, 2 bits variant, 62 random bits.
// The counter makes ids of one millisecond ascend. It starts again each millisecond at a random point of its lower half,
// so at least 2,048 ids fit; when it runs over, the id borrows the next millisecond, and time catches up.
const counterBits = 12
const counterLimit = 1 << counterBits
const counterStartMask = (counterLimit >> 1) - 1
const randomBytesPerId = 10
// One call of the random source for 1,024 ids: a call per id costs ten times as much.
const poolSize = randomBytesPerId * 1024
const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Ids that ascend strictly within this generator, also when the clock stands still or goes back. */
export function createIds(clock: Clock): Ids {
  const pool = Buffer.alloc(poolSize)
  let unused = poolSize
  let time = 0
  let counter = 0

  function write(id: Buffer): void {
    if (unused === poolSize) {
      randomFillSync(pool)
      unused = 0
    }
    const now = clock()
    if (now > time) {
      time = now
      counter = pool.readUInt16BE(unused) & counterStartMask
    } else if (++counter === counterLimit) {
      time += 1
      counter = pool.readUInt16BE(unused) & counterStartMask
    }
    id.writeUIntBE(time, 0, 6)
    id[6] = 0x70 | (counter >> 8)
    id[7] = counter & 0xff
    pool.copy(id, 8, unused + 2, unused + randomBytesPerId)
    id[8] = 0x80 | (id.readUInt8(8) & 0x3f)
    unused += randomBytesPerId
  }

  const scratch = Buffer.alloc(16)

  return {
    newId() {
      write(scratch)
      return format(scratch)
    },
    newIdBytes() {
      const id = Buffer.allocUnsafe(16)
      write(id)
      return id
    },
  }
}

const processIds = createIds(systemClock)

/** A new UUID version 7 as text; ids ascend within the process. */
export function newId(): string {
  return processIds.newId()
}

/** A new UUID version 7 as its 16 bytes; ids ascend within the process, together with those of `newId`. */
export function newIdBytes(): Buffer {
  return processIds.newIdBytes()
}

function format(id: Buffer): string {
  let text = ''
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) text += '-'
    text += hex[id.readUInt8(i)] ?? ''
  }
  return text
}
