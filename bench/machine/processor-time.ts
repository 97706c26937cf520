/** Processor time of processes: it says where a rate goes, and hardly depends on who else uses the machine. */
import { descendantsOf, readProc } from './process-tree.ts'

/** Linux counts in hundredths of a second (USER_HZ), whatever its timer does. */
const MICROS_PER_TICK = 10_000

export interface ProcessorTime {
  /** Microseconds of the process itself, all threads. */
  readonly own: number
  /** Microseconds of the processes below it that still run: for a service, its Postgres. */
  readonly below: number
}

export function processorTime(pid: number): ProcessorTime {
  return {
    own: microsOf(String(pid)),
    below: descendantsOf(pid).reduce((sum, child) => sum + microsOf(String(child)), 0),
  }
}

/**
 * Of a process (`PID`) or one of its threads (`PID/task/TID`); 0 when it has ended. Fields are counted from the parenthesis
 * that ends the program's name: user time is the 12th after it, system time the 13th.
 */
export function microsOf(task: string): number {
  const stat = readProc(task, 'stat')
  if (stat === null) return 0
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * MICROS_PER_TICK
}
