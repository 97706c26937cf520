/** Deletes everything of ours in the database, after the user has confirmed it twice. */
import { createInterface } from 'node:readline/promises'
import { StartFailure } from '../../app/start-failure.ts'
import { openPool } from '../../store/postgres/database.ts'
import { countOtherSessions, dropEverything } from '../../store/postgres/reset.ts'
import type { CommandContext } from '../command-context.ts'
import { withDatabase } from './with-database.ts'

const CONFIRMATION = 'delete everything'

/** Throws a StartFailure while a service runs, or when nobody can be asked and `--yes` was not given. */
export async function resetDatabase(context: CommandContext, confirmed: boolean): Promise<void> {
  if (!confirmed && process.stdin.isTTY !== true) throw unconfirmed('no terminal to ask for confirmation')
  await withDatabase(context, { command: 'db reset', create: false }, async ({ url, description, running }) => {
    if (running !== null) {
      throw inUse(
        `a service runs here: pid ${running.pid}, ${running.url}`,
        `kill ${running.pid}, then run the command again`,
      )
    }
    const pool = openPool(url, { name: 'db reset', max: 1 })
    try {
      const sessions = await countOtherSessions(pool)
      if (sessions > 0) {
        throw inUse(
          `${sessions} other orderledger sessions are connected to the database`,
          'stop the processes that use it, then run the command again',
        )
      }
      if (!confirmed) await askFor(description)
      await dropEverything(pool)
    } finally {
      await pool.end()
    }
    context.output.result({ reset: description }, () => `${description} is empty; npm start creates its tables again`)
  })
}

async function askFor(description: string): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await terminal.question(
      `This deletes every order, product and customer in ${description}.\nType "${CONFIRMATION}" to go on: `,
    )
    if (answer.trim() !== CONFIRMATION) throw unconfirmed('not confirmed; nothing was deleted')
  } finally {
    terminal.close()
  }
}

function unconfirmed(what: string): StartFailure {
  return new StartFailure({
    code: 'not-confirmed',
    exitCode: 2,
    what,
    tried: 'to delete everything in the database',
    next: 'orderledger db dump backup keeps a copy; orderledger db reset --yes does not ask',
  })
}

function inUse(what: string, next: string): StartFailure {
  return new StartFailure({ code: 'database-in-use', exitCode: 1, what, tried: 'to delete everything in it', next })
}
