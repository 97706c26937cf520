/** Who follows a topic, and what each of them is owed. */
import { setImmediate } from 'node:timers/promises'
import type { Position } from '../../store/commit/command.ts'
import type { Client } from './client.ts'
import { errorMessage, type ChangeFrame, type SnapshotReason } from './frames.ts'
import type { Owed, Subscription } from './subscription.ts'

/** This many are served in one turn of the event loop: a write to a socket takes 30 µs, and a new order waits for them. */
const IN_ONE_TURN = 50

export interface Member {
  readonly client: Client
  readonly subscription: Subscription
}

export class Members {
  readonly #members = new Map<Subscription, Client>()

  get size(): number {
    return this.#members.size
  }

  add({ client, subscription }: Member): void {
    this.#members.set(subscription, client)
  }

  delete(subscription: Subscription): void {
    this.#members.delete(subscription)
  }

  owed(owed: Owed): readonly Member[] {
    const owing: Member[] = []
    for (const [subscription, client] of this.#members) {
      if (subscription.owed === owed) owing.push({ client, subscription })
    }
    return owing
  }

  /** Of them, those with room for what is made for them. */
  roomy(owed: Owed): readonly Member[] {
    return this.owed(owed).filter(({ client }) => client.hasRoom)
  }

  /** Everybody who has something of this topic gets a snapshot in its place. */
  startAnew(reason: SnapshotReason): void {
    for (const subscription of this.#members.keys()) {
      if (['live', 'changes', 'waiting'].includes(subscription.owed)) subscription.owes(reason)
    }
  }

  /** So do those from whom rows were kept. */
  endSummary(): void {
    for (const { subscription } of this.owed('live')) if (subscription.isStale) subscription.owes('summary')
  }

  /** Each once; who had something starts again when there are tables. */
  tellRebuilding(topic: string, detail: string): void {
    this.startAnew('epoch')
    for (const [subscription, client] of this.#members) {
      if (subscription.toldRebuilding) continue
      subscription.toldRebuilding = true
      client.answer(errorMessage({ id: null, topic, code: 'rebuilding', detail, errors: [] }))
    }
  }

  /** Tells a change to everybody who has all before it. Resolves when all of them have it: some have it earlier. */
  async tell(frame: ChangeFrame, epoch: string): Promise<void> {
    const { to, asOf, count } = frame.stretch
    for (const [index, { client, subscription }] of this.owed('live').entries()) {
      if (index > 0 && index % IN_ONE_TURN === 0) await setImmediate()
      // Meanwhile it may have left, asked for the topic once more, or lost its backlog.
      if (!this.#members.has(subscription) || subscription.owed !== 'live') continue
      const { queued } = subscription
      const has = count === null && !subscription.isStale ? to : queued.has
      client.push(frame.from(queued.to ?? to), [{ subscription, place: { to, has, asOf, epoch } }])
    }
  }

  /** Tells what is between, at most up to `to`, to those who have room: items changed last at their `position`. */
  giveChanges(
    { from, to, isAll }: { readonly from: Position; readonly to: Position; readonly isAll: boolean },
    frameAfter: (position: Position) => ChangeFrame,
    epoch: string,
  ): void {
    const frames = new Map<Position, ChangeFrame>()
    for (const { client, subscription } of this.roomy('changes')) {
      const after = subscription.queued.to ?? 0
      if (after < from || after > to) continue
      let frame = frames.get(after)
      if (frame === undefined) frames.set(after, (frame = frameAfter(after)))
      const { items, asOf } = frame.stretch
      if (subscription.answered && isAll && items.length === 0) {
        // The next change begins where it stands.
        subscription.owed = 'live'
        continue
      }
      if (subscription.answered && after === to) continue
      subscription.answered = true
      client.give(frame.from(after), [{ subscription, place: { to, has: to, asOf, epoch } }])
    }
  }
}
