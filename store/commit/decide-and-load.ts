/** Decides commands on what is stored, loading the streams that their decisions turn out to need. */
import type pg from 'pg'
import { decideBatch, type BatchInput, type DecidedBatch, type UnreadableStream } from './decide-batch.ts'
import { loadStreams, type LoadedStream } from './load-streams.ts'
import type { StreamState } from './stream-cache.ts'

export interface DecidingParts {
  /** The state of a stream that needs no loading; undefined when it does. */
  readonly cached: (stream: string) => StreamState | undefined
  readonly newEventId: () => Buffer
  readonly onLoaded: (loaded: LoadedStream) => void
}

/** What is loaded is kept for these commands, whatever a cache drops meanwhile. Throws only when the database does. */
export async function decideAndLoad(
  client: pg.ClientBase,
  commands: BatchInput['commands'],
  { cached, newEventId, onLoaded }: DecidingParts,
): Promise<DecidedBatch> {
  const loaded = new Map<string, StreamState | UnreadableStream>()
  const base = (stream: string) => loaded.get(stream) ?? cached(stream)
  for (;;) {
    const result = decideBatch({ commands, base, newEventId })
    if (!('missing' in result)) return result
    for (const one of await loadStreams(client, [...result.missing])) {
      loaded.set(one.name, one.stream)
      onLoaded(one)
    }
  }
}
