/** How a part that works in the background is. */
export interface Health {
  /** `waiting`: for what it needs. `standby`: another process does the work. `broken`: until the process is started again. */
  readonly state: 'waiting' | 'standby' | 'working' | 'broken' | 'stopped'
  /** What it waits for, why it is broken, or why it last fell back. */
  readonly reason: string | null
}

export const STOPPED: Health = { state: 'stopped', reason: null }
