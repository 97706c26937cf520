/** Memory of processes as Linux counts it. */
import { descendantsOf, readProc } from './process-tree.ts'

export interface Memory {
  /** Resident now. */
  readonly residentMb: number
  /** The most that was ever resident. */
  readonly peakMb: number
}

export function memoryOf(pid: number): Memory {
  const status = readProc(pid, 'status')
  if (status === null) throw new Error(`process ${pid} has ended`)
  return { residentMb: megabytes(status, 'VmRSS'), peakMb: megabytes(status, 'VmHWM') }
}

/** Megabytes of everything below a process; pages that several share are counted once. */
export function memoryBelow(pid: number): number {
  const rollups = descendantsOf(pid).map((child) => readProc(child, 'smaps_rollup'))
  return rollups.reduce((sum, rollup) => sum + (rollup === null ? 0 : megabytes(rollup, 'Pss')), 0)
}

function megabytes(text: string, field: string): number {
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]
  if (kilobytes === undefined) throw new Error(`Linux does not tell ${field}`)
  return Number(kilobytes) / 1_024
}
