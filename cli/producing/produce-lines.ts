/** Sends lines as records, as fast as they are taken or at a pace; memory holds what waits to be sent and no more. */
import { SendFailure, type BatchSender } from '../../kafka/client/batch-sender.ts'
import { partitionOf } from '../../schemas/partition-of.ts'
import type { Line } from '../files/json-lines.ts'
import { pace, type PaceOptions } from '../records/pace.ts'
import { producedLine, type ProducedRecord } from './produced-line.ts'
import type { ProduceTally } from './produce-tally.ts'
import type { ProduceTargets } from './produce-targets.ts'
import type { Sending } from './user-event-line.ts'

export interface ProducingLines {
  readonly sender: Pick<BatchSender, 'add' | 'flush'>
  readonly targets: ProduceTargets
  readonly tally: ProduceTally
  /** No more lines are taken; what was taken is sent. */
  readonly signal: AbortSignal
  readonly pace: Pick<PaceOptions, 'rate' | 'speed'>
  /** Of user events. */
  readonly sending: Sending
}

/** Resolves when everything that was taken is stored, or with why it is not. */
export async function produceLines(lines: AsyncIterable<Line>, producing: ProducingLines): Promise<SendFailure | null> {
  const { sender, tally, signal } = producing
  const sending = { ...producing.sending, now: () => Date.now() }
  const wait = pace({ ...producing.pace, signal, now: () => performance.now() })
  try {
    for await (const line of lines) {
      if (signal.aborted) break
      const produced = producedLine(line, sending)
      if (produced.verdict === 'invalid') {
        tally.invalid(line.number, produced.message)
        continue
      }
      if (produced.verdict === 'left-out') {
        tally.leftOutLine(produced.type)
        continue
      }
      tally.leftOutOf(produced.leftOut)
      const due = wait(produced.record.time)
      if (due !== null) await due
      if (signal.aborted) break
      const room = add(produced.record, producing)
      if (room !== null) await room
    }
    await sender.flush()
    return null
  } catch (error) {
    if (error instanceof SendFailure) return error
    throw error
  }
}

function add({ topic, key, value, headers }: ProducedRecord, { sender, targets, tally }: ProducingLines) {
  const target = targets.get(topic)
  if (target === undefined) throw new Error(`produce does not send to ${topic}`)
  tally.taken(topic)
  return sender.add(target.name, partitionOf(key, target.partitions), { key, value, headers })
}
