/** Spawns a program that never outlives this process, however this process ends (Linux). */
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process'
import { canSetParentDeathSignal } from '../app/postgres/run-as.ts'

/**
 * In a session of its own: Ctrl-C in a terminal reaches us alone, and the program is stopped when we say so. The child's
 * pid is the program's. NOTE: the kernel watches the thread that spawned, so a worker thread must not be the one to call.
 */
export function spawnBound(
  program: string,
  args: readonly string[],
  { cwd, stdio }: { readonly cwd: string; readonly stdio: StdioOptions },
): ChildProcess {
  const options = { cwd, stdio, detached: true }
  return canSetParentDeathSignal()
    ? spawn('setpriv', ['--pdeathsig', 'KILL', '--', program, ...args], options)
    : spawn(program, args, options)
}
