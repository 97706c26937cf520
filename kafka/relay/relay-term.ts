/**
 * One term of the relay: a producer of its own, from the checkpoint on, until the end or the first error. Three things go
 * on beside each other: pages are read ahead and framed, each partition sends what waits for it, and the checkpoint follows
 * what is acknowledged.
 */
import { setTimeout } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import type { WireFormat } from '../../contract/registry/wire-format.ts'
import { openCheckpoint } from '../../store/log/checkpoints.ts'
import type { Position } from '../../store/commit/command.ts'
import type { Pool } from '../../store/postgres/database.ts'
import type { HeadWatch } from '../../store/log/head-watch.ts'
import { readEvents } from '../../store/log/read-log.ts'
import { pause, untilAborted } from '../../store/waiting/pause.ts'
import { Publication } from './publication.ts'
import { BLOCK_RECORDS } from '../client/record-block.ts'
import { RelayCheckpoint } from './relay-checkpoint.ts'
import type { CheckedSender } from '../client/checked-sender.ts'
import { topics } from '../topics/topics.ts'

export type RelayPoint = 'relay.read' | 'relay.sent' | 'relay.acked' | 'relay.checkpointed'

/** The same for all terms of a process. */
export interface TermParts {
  readonly pool: Pool
  /** Told of the log's growth. */
  readonly head: HeadWatch
  readonly kafka: Kafka
  readonly prefix: string
  readonly wire: WireFormat
  /** Of this log (sourceOf). */
  readonly source: string
  /** The fault hooks. */
  readonly reachPoint: (point: RelayPoint) => void
  readonly loses: (position: Position) => boolean
}

export interface Term extends TermParts {
  readonly reader: string
  readonly sender: CheckedSender
  readonly end: AbortSignal
  readonly begun: (position: Position) => void
  /** So many events more are published. */
  readonly moved: (events: number) => void
}

/** One read of the log. */
const PAGE = 5_000
/** Framed and handed to the senders at a time: between two, acknowledgements are heard. */
const SLICE = 500
/**
 * Records that wait for their acknowledgement: more than all partitions can hold in blocks that are not full, so that
 * something is always under way.
 */
const PENDING = BLOCK_RECORDS * (partitionsOfTheLog() + 2)
/** The checkpoint moves this often at most. */
const CHECKPOINT_MS = 25
/** How long the end of a term waits for the sends under way: half of what a hand-over may take. */
const SETTLE_MS = 1_000

/** Resolves with why it ended (null: `end` aborted); rejects with what failed. */
export async function runTerm(term: Term): Promise<string | null> {
  const { pool, sender, reader, begun, moved } = term
  const over = new AbortController()
  const end = AbortSignal.any([over.signal, term.end])
  try {
    await untilAborted(sender.open(), end)
    const position = await openCheckpoint(pool, reader)
    begun(position)
    const publication = openPublication(term, position)
    const checkpoint = new RelayCheckpoint({ pool, reader, position, publication, moved })
    const work = [read(term, publication, end), follow(term, checkpoint, publication, end)]
    try {
      return await untilAborted(Promise.race(work), end)
    } finally {
      over.abort()
      // What is under way may arrive, so that the next one need not send it again.
      await Promise.race([publication.close(), setTimeout(SETTLE_MS, null, { ref: false })])
      await Promise.allSettled(work)
      await checkpoint.move().catch(() => undefined)
    }
  } finally {
    over.abort()
    // It does not end what is under way (nothing does), and may take its time.
    void sender.close()
  }
}

function openPublication(term: Term, after: Position): Publication {
  const { prefix, wire, source, loses, reachPoint, sender } = term
  return new Publication({
    after,
    prefix,
    wire,
    source,
    loses,
    send: (partition, { messages }) => sender.send(partition, messages),
    // Later than now, so that it may have left.
    sent: () => void setImmediate(() => reachPoint('relay.sent')),
  })
}

/** Reads ahead: the next page is on its way while one is framed and sent. */
async function read(term: Term, publication: Publication, end: AbortSignal): Promise<string | null> {
  const { pool, head, reachPoint } = term
  const readAfter = (after: Position) => {
    const page = head.next(() => readEvents(pool, after, PAGE), after, end)
    page.catch(() => undefined) // it is awaited in the next round
    return page
  }
  for (let next = readAfter(publication.settled()); !end.aborted;) {
    const page = await arrivedOrFlushed(next, publication)
    reachPoint('relay.read')
    const last = page.at(-1)
    if (last !== undefined) next = readAfter(last.position)
    for (let at = 0; at < page.length && !end.aborted; at += SLICE) {
      while (publication.pending >= PENDING && !end.aborted) await publication.changed(end)
      publication.add(page.slice(at, at + SLICE))
      await new Promise(setImmediate)
    }
    if (page.length < PAGE) publication.flush()
  }
  return null
}

/** While there is a backlog the next page is here already, and blocks fill; else nothing may wait for it. */
async function arrivedOrFlushed<Page>(next: Promise<Page>, publication: Publication): Promise<Page> {
  const none = Symbol('not here yet')
  const page = await Promise.race([next, new Promise<typeof none>((resolve) => setImmediate(resolve, none))])
  if (page !== none) return page
  publication.flush()
  return next
}

/** Moves the checkpoint behind the acknowledgements; resolves with why it cannot. */
async function follow(
  term: Term,
  checkpoint: RelayCheckpoint,
  publication: Publication,
  end: AbortSignal,
): Promise<string | null> {
  const { reachPoint } = term
  while (!end.aborted) {
    if (publication.settled() > checkpoint.position) {
      reachPoint('relay.acked')
      if (!(await checkpoint.move())) return 'another relay publishes'
      reachPoint('relay.checkpointed')
      await pause(CHECKPOINT_MS, end)
    } else await publication.changed(end)
  }
  return null
}

/** Those that a relay sends to. */
function partitionsOfTheLog(): number {
  return topics.reduce((sum, { use, partitions }) => sum + (use === 'log' || use === 'copy' ? partitions : 0), 0)
}
