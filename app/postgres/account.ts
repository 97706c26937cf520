/** Under which user Postgres runs: it refuses root, so root hands it to the system user `postgres`. */
import { spawnSync } from 'node:child_process'
import { StartFailure } from '../start-failure.ts'

export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

const accountName = 'postgres'

/** The user to run Postgres as, made if it is missing; null when this process is not root and so is that user itself. */
export function postgresAccount(): Account | null {
  if (process.getuid?.() !== 0) return null
  const found = lookUp()
  if (found !== null) return found
  const made = spawnSync('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', accountName], {
    encoding: 'utf8',
  })
  const account = lookUp()
  if (account !== null) return account
  throw new StartFailure({
    code: 'no-postgres-user',
    exitCode: 1,
    what: `Postgres refuses to run as root, and no user ${accountName} exists`,
    tried: `useradd --system ${accountName}: ${made.error?.message ?? made.stderr.trim()}`,
    next: `add a system user named ${accountName}, run as a user other than root, or set DATABASE_URL`,
  })
}

/** The user as it is, without making it; null when it does not exist. */
export function lookUp(): Account | null {
  const uid = id('-u')
  const gid = id('-g')
  return uid === null || gid === null ? null : { name: accountName, uid, gid }
}

// `id` asks every source of users that the machine has; /etc/passwd is only one of them.
function id(option: '-u' | '-g'): number | null {
  const { status, stdout } = spawnSync('id', [option, accountName], { encoding: 'utf8' })
  return status === 0 ? Number(stdout.trim()) : null
}
