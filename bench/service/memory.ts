/** Memory of processes as Linux counts it. */
import { readdirSync, readFileSync } from 'node:fs'

export interface Memory {
  /** Resident now. */
  readonly residentMb: number
  /** The most that was ever resident. */
  readonly peakMb: number
}

export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return { residentMb: megabytes(status, 'VmRSS'), peakMb: megabytes(status, 'VmHWM') }
}

/** Megabytes of the descendants of a process, pages that they share counted once. */
export function memoryBelow(pid: number): number {
  return childrenOf(pid).reduce((sum, child) => sum + proportional(child) + memoryBelow(child), 0)
}

function childrenOf(parent: number): readonly number[] {
  return readdirSync('/proc').flatMap((entry) => {
    const pid = Number(entry)
    return Number.isInteger(pid) && parentOf(pid) === parent ? [pid] : []
  })
}

function parentOf(pid: number): number | null {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  } catch {
    // It ended while we looked around.
    return null
  }
}

function proportional(pid: number): number {
  try {
    return megabytes(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'), 'Pss')
  } catch {
    return 0
  }
}

function megabytes(text: string, field: string): number {
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]
  if (kilobytes === undefined) throw new Error(`Linux does not tell ${field}`)
  return Number(kilobytes) / 1_024
}
