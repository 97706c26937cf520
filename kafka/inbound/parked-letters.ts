/** What is parked of records that were handled together, and the room that it waits for. */
import { pause } from '../../store/waiting/pause.ts'
import { noRoom, roomFor, type LetterLimits, type LetterRoom } from '../letters/letter-room.ts'
import type { NewDeadLetter } from './inbound-offsets.ts'
import { deadLetter, unreadLetter, type ArrivedRecord, type RecordFault } from './inbound-record.ts'
import { HandedOver } from './patience.ts'
import { faultOf } from './record-value.ts'
import type { Taken } from './take-command.ts'

/** How often it is looked whether letters were decided upon. */
const ROOM_LOOK_MS = 1_000

/** Those of a chunk that could not be handled. `kept`: what is kept of a record's value. */
export function parkedLetters(
  chunk: readonly ArrivedRecord[],
  taken: readonly Taken[],
  kept: (record: ArrivedRecord) => Buffer | null,
): readonly NewDeadLetter[] {
  return chunk.flatMap((record, index) => {
    const outcome = taken[index]
    return outcome === undefined || !('class' in outcome) ? [] : [letterOf(record, outcome, kept(record))]
  })
}

/** What cannot even be read of a record is left out of its letter. */
function letterOf(record: ArrivedRecord, fault: RecordFault, kept: Buffer | null): NewDeadLetter {
  try {
    return deadLetter(record, fault, kept)
  } catch (error) {
    return unreadLetter(record, faultOf(error), kept)
  }
}

export interface RoomWait {
  readonly limits: LetterLimits
  readonly signal: AbortSignal
  readonly look: (limits: LetterLimits, coming: ReturnType<typeof roomFor>) => Promise<LetterRoom>
  /** Told once, why. */
  readonly onWait: (reason: string) => Promise<void>
}

/** What is kept of letters is bounded: where undecided ones fill that, nothing goes on until somebody decides. */
export async function awaitRoom(letters: readonly NewDeadLetter[], wait: RoomWait): Promise<void> {
  if (letters.length === 0) return
  const { limits, signal, look, onWait } = wait
  for (let waited = false; ; waited = true) {
    const reason = noRoom(await look(limits, roomFor(letters)))
    if (reason === null) return
    if (!waited) await onWait(reason)
    if (!(await pause(ROOM_LOOK_MS, signal))) throw new HandedOver()
  }
}
