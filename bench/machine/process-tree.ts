/** Which processes stand below another one, by Linux's own books. */
import { readdirSync, readFileSync } from 'node:fs'

/** Children, their children and so on; without the process itself. */
export function descendantsOf(pid: number): readonly number[] {
  const children = new Map<number, number[]>()
  for (const entry of readdirSync('/proc')) {
    const child = Number(entry)
    const parent = Number.isInteger(child) ? parentOf(child) : null
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), child])
  }
  const below = (parent: number): readonly number[] =>
    (children.get(parent) ?? []).flatMap((child) => [child, ...below(child)])
  return below(pid)
}

/** A file below /proc/PID, or /proc/PID/task/TID; null when the process has ended. */
export function readProc(pid: number | string, name: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return null
  }
}

function parentOf(pid: number): number | null {
  const parent = /^PPid:\s+(\d+)/m.exec(readProc(pid, 'status') ?? '')?.[1]
  return parent === undefined ? null : Number(parent)
}
