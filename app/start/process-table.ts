/** What the operating system says about a process: /proc where there is one, `ps` elsewhere. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** True while the process runs; a zombie, which only waits to be reaped, does not. */
export function isAlive(pid: number): boolean {
  const stat = procStat(pid)
  if (stat !== null) return stat.state !== 'Z' && stat.state !== 'X'
  return answersSignals(pid)
}

/**
 * Tells one process from a later one with the same pid: boot and start time on Linux, start time elsewhere.
 * Null when there is no such process. Pids start again at 1 in every container, so a pid alone says nothing there.
 */
export function processIdentity(pid: number): string | null {
  if (!isAlive(pid)) return null
  const stat = procStat(pid)
  if (stat !== null) return `${bootId()}/${stat.startTime}`
  return ps(pid, 'lstart=')
}

/** The command line, its words separated by spaces; null when there is no such process or it may not be seen. */
export function commandLine(pid: number): string | null {
  const text = readText(`/proc/${String(pid)}/cmdline`)
  if (text !== null) return text.replaceAll('\0', ' ').trim()
  return ps(pid, 'command=')
}

interface ProcStat {
  readonly state: string
  readonly startTime: string
}

// The second field is the program's name in parentheses and may itself hold spaces and parentheses, so fields are
// counted from the last `)`: state is the 1st after it, the start time (in clock ticks since boot) the 20th.
function procStat(pid: number): ProcStat | null {
  const text = readText(`/proc/${String(pid)}/stat`)
  if (text === null) return null
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const state = fields[0]
  const startTime = fields[19]
  return state === undefined || startTime === undefined ? null : { state, startTime }
}

function bootId(): string {
  return readText('/proc/sys/kernel/random/boot_id')?.trim() ?? ''
}

function answersSignals(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // Someone else's process: it is there, though we may not signal it.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function ps(pid: number, column: string): string | null {
  const { status, stdout } = spawnSync('ps', ['-p', String(pid), '-o', column], { encoding: 'utf8' })
  const text = status === 0 ? stdout.trim() : ''
  return text === '' ? null : text
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
