/** Snappy as Java reads it (xerial's framing), without compressing anything: enough for a batch that we cannot decode. */

const HEADER = Buffer.from('82534e41505059000000000100000001', 'hex')
/** Of one literal, in bytes. */
const LITERAL = 60

export async function snappyOfLiterals({ buffer }: { readonly buffer: Buffer }): Promise<Buffer> {
  const literals: Buffer[] = []
  for (let at = 0; at < buffer.length; at += LITERAL) {
    const literal = buffer.subarray(at, at + LITERAL)
    literals.push(Buffer.from([(literal.length - 1) << 2]), literal)
  }
  const block = Buffer.concat([varint(buffer.length), ...literals])
  const length = Buffer.alloc(4)
  length.writeInt32BE(block.length)
  return Buffer.concat([HEADER, length, block])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest])
    bytes.push((rest & 0x7f) | 0x80)
  }
}
