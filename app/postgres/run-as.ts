/** How Postgres programs are spawned: as the right user, and never outliving this process where the system can see to it. */
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess, StdioOptions } from 'node:child_process'
import type { Account } from './account.ts'

export interface Program {
  readonly path: string
  readonly args: readonly string[]
  readonly account: Account | null
  readonly stdio: StdioOptions
  /** What the kernel sends the program when this process dies, however it dies (Linux). */
  readonly parentDeathSignal: 'INT' | 'KILL'
}

// Nothing of our own environment reaches Postgres: PGDATA, LANG or LD_PRELOAD of a user's shell would change what it does.
const environment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C',
  TZ: 'UTC',
}

let pdeathsigWorks: boolean | null = null

/**
 * Spawns a program of Postgres in a session of its own, so that Ctrl-C in a terminal reaches only us, and Postgres stops
 * when we have drained. setpriv replaces itself by the program: the child's pid is the program's.
 * NOTE: the kernel watches the thread that spawned, so a worker thread must not be the one to call this.
 */
export function runAs(program: Program): ChildProcess {
  const { path, args, account, stdio, parentDeathSignal } = program
  const options = { stdio, env: environment, detached: true, cwd: '/' }
  if (canSetParentDeathSignal()) {
    const user = account === null ? [] : ['--reuid', account.name, '--regid', account.name, '--clear-groups']
    return spawn('setpriv', [...user, '--pdeathsig', parentDeathSignal, '--', path, ...args], options)
  }
  return spawn(path, args, account === null ? options : { ...options, uid: account.uid, gid: account.gid })
}

/** True where setpriv is present and knows --pdeathsig (util-linux 2.33 or newer). */
export function canSetParentDeathSignal(): boolean {
  pdeathsigWorks ??=
    process.platform === 'linux' &&
    spawnSync('setpriv', ['--pdeathsig', 'INT', '--', 'true'], { env: environment }).status === 0
  return pdeathsigWorks
}
