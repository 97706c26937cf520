/** Memory of an audit in a test. */
import { tmpdir } from 'node:os'
import { Spill } from '../../audit/spill/spill-file.ts'

/** Keeps everything in memory. */
export function spill(): Spill {
  return new Spill(tmpdir(), Infinity)
}

/** Keeps nothing in memory: every record goes to a file, one by one. */
export function spillEverything(): Spill {
  return new Spill(tmpdir(), 0, 1)
}
