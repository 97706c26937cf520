/** Bytes as people read them: sixteen a line, where they stand, in hex and as characters. */

const ROW = 16

/** `0000  7b 22 ...  {"...`: at most `most` bytes of what base64 says. */
export function hexLines(base64: string, most: number): string {
  const bytes = Array.from(atob(base64).slice(0, most), (character) => character.charCodeAt(0))
  const lines: string[] = []
  for (let start = 0; start < bytes.length; start += ROW) {
    const part = bytes.slice(start, start + ROW)
    const hex = part.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    const text = part.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('')
    lines.push(`${start.toString(16).padStart(4, '0')}  ${hex.padEnd(ROW * 3 - 1)}  ${text}`)
  }
  return lines.join('\n')
}
