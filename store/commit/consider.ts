/**
 * What would come of commands now, without executing them: they are decided as the committer would decide them, each
 * seeing what those before it would have written, and nothing is appended.
 */
import type pg from 'pg'
import type { Decision } from '../../domain/decision.ts'
import { readAnswers } from '../log/append.ts'
import type { Command, KeyReused, Known } from './command.ts'
import { decideAndLoad } from './decide-and-load.ts'
import type { Decided } from './decide-batch.ts'

export type Considered<Refusal = unknown> =
  | Decision<Refusal>
  | Pick<Known, 'outcome' | 'answer'>
  | KeyReused
  | { readonly outcome: 'failed'; readonly error: unknown }

/** In the order of the commands. Rejects with the driver's error when the database is away. */
export async function considerCommands<Refusal>(
  pool: pg.Pool,
  asked: readonly Command<Refusal>[],
  newEventId: () => Buffer,
): Promise<readonly Considered<Refusal>[]> {
  // No matter which refusals a command knows, it is only handed its own decision, and only that is handed back.
  const commands = asked as readonly Command[]
  const client = await pool.connect()
  try {
    const known = await knownAnswers(client, commands)
    const open = commands.filter((command) => !known.has(command))
    // What is made is looked up: a record may come again after its key was purged.
    const batch = open.map((command) => ({ command, lookUpCreated: true }))
    const parts = { cached: () => undefined, newEventId, onLoaded: () => undefined }
    const { decided } = await decideAndLoad(client, batch, parts)
    const results = decided.values()
    const considered = commands.map((command) => known.get(command) ?? consideredOf(results.next().value))
    return considered as readonly Considered<Refusal>[]
  } finally {
    client.release()
  }
}

async function knownAnswers(
  client: pg.ClientBase,
  commands: readonly Command[],
): Promise<ReadonlyMap<Command, Considered>> {
  const keyed = commands.flatMap((command) => (command.key === null ? [] : [{ command, key: command.key }]))
  const stored = await readAnswers(
    client,
    keyed.map(({ key }) => key),
  )
  const known = new Map<Command, Considered>()
  keyed.forEach(({ command, key }, index) => {
    const found = stored[index]
    if (found === undefined || found === null) return
    const same = found.fingerprint.equals(key.fingerprint)
    known.set(
      command,
      same ? { outcome: 'known', answer: found.answer } : { outcome: 'key-reused', usedFor: found.fingerprint },
    )
  })
  return known
}

function consideredOf(decided: Decided | undefined): Considered {
  if (decided === undefined) throw new Error('a command was not decided')
  return decided.outcome === 'decided' ? decided.decision : decided
}
