/** The fault hook that makes a relay lie: which events it takes as acknowledged without having sent them. */
import type { Position } from '../../store/commit/command.ts'

const GOLDEN = 0x9e3779b1

/** About this share (0 to 1) of all positions, always the same ones. */
export function losing(share: number): (position: Position) => boolean {
  return (position) => (Math.imul(position, GOLDEN) >>> 0) / 2 ** 32 < share
}
