/** What customers do, as pages send it. Each event gets a verdict of its own; a bad one refuses none of its neighbours. */
import type { FastifySchemaCompiler } from 'fastify'
import { eventsIn, judgeUserEvent, skewOf, withoutKeys, type Judged } from '../../commands/user-event.ts'
import type { ShopSettings } from '../../commands/shop-settings.ts'
import { ref } from '../../commands/shape.ts'
import { KafkaFailure } from '../../kafka/client/kafka-failure.ts'
import { BehaviourBusy, type BehaviourDoor, type TakenEvent } from '../../insights/intake/door.ts'
import { BehaviourFull } from '../../insights/intake/room.ts'
import type { NewLetter } from '../../insights/behaviour/letters.ts'
import { isObject } from '../../schemas/is-object.ts'
import { ProblemError, invalidRequest } from '../http/problem-document.ts'
import { actingWith, NOTHING } from '../operation.ts'
import { resource } from '../resource.ts'
import { UserEvents, UserEventVerdicts, type VERDICTS } from '../shapes/behaviour.ts'
import { uncached } from '../answers/read-answers.ts'

const BODY_LIMIT = 262_144

/** Of the body nothing is refused here. */
const judgedOneByOne: FastifySchemaCompiler<unknown> = () => (value: unknown) => ({ value })

export interface UserEventParts {
  readonly behaviour: {
    readonly door: BehaviourDoor
    /** 16 hex digits for a card, a device, an address or a network; null: nothing of it is kept. */
    readonly pseudonym: (value: string) => string | null
  }
  readonly shop: Pick<ShopSettings, 'clock'>
}

interface Item {
  readonly eventId: string | null
  readonly verdict: (typeof VERDICTS)[number]
  readonly code?: string
  readonly pointer?: string
}

export const userEvents = resource(
  {
    sendUserEvents: {
      ...actingWith('/user-events', {
        tag: 'insights',
        summary: 'Send what customers do',
        description:
          'Takes an event, an array of 1 to 500, or `{sentAt, events}`, as JSON or, for `navigator.sendBeacon`, as text/plain with JSON in UTF-8. The answer comes when the events are on disk.',
        role: 'collect',
        uses: null,
        params: NOTHING,
        body: UserEvents,
        problems: ['kafka-unreachable', 'behaviour-full'],
        answers: { 202: { description: 'The outcome of each event.', shape: ref(UserEventVerdicts) } },
      }),
      validatorCompiler: judgedOneByOne,
      bodyLimit: BODY_LIMIT,
    },
  },
  ({ behaviour, shop }: UserEventParts) => ({
    async sendUserEvents(request, reply) {
      const receivedAt = shop.clock()
      const brought = eventsIn(request.body)
      if (!('events' in brought)) {
        const { property, message } = brought
        throw new ProblemError(invalidRequest('body', [{ pointer: property === null ? '' : `/${property}`, message }]))
      }
      const { events, sentAt } = brought
      const receipt = { receivedAt, skew: skewOf(sentAt, receivedAt), pseudonym: behaviour.pseudonym }
      const judged = events.map((event) => {
        const text = JSON.stringify(event)
        return judgeUserEvent(event, Buffer.byteLength(text), receipt)
      })
      const taken = judged.flatMap((one): TakenEvent[] => (one.verdict === 'taken' ? [one] : []))
      const letters = judged.flatMap((one, index) => (one.verdict === 'parked' ? [letterOf(one, events[index])] : []))
      const folds = await behaviour.door.take(taken, letters, receivedAt).catch((error: unknown) => {
        if (error instanceof KafkaFailure) throw new ProblemError({ code: 'kafka-unreachable', detail: error.message })
        if (error instanceof BehaviourFull) throw new ProblemError({ code: 'behaviour-full', detail: error.message })
        if (error instanceof BehaviourBusy) throw new ProblemError({ code: 'overloaded', detail: error.message })
        throw error
      })
      let next = 0
      const items = judged.map((one, index): Item => {
        const eventId = idOf(events[index])
        if (one.verdict === 'taken') return { eventId, verdict: folds[next++] ?? 'accepted' }
        const { code, fault } = one
        return { eventId, verdict: 'parked', code, ...(fault !== null && { pointer: fault.pointer }) }
      })
      const having = (verdict: Item['verdict']) => items.filter((item) => item.verdict === verdict).length
      return uncached(reply)
        .code(202)
        .send({
          accepted: having('accepted'),
          duplicates: having('duplicate'),
          late: having('late'),
          parked: having('parked'),
          items,
        })
    },
  }),
)

function letterOf({ code, fault }: Extract<Judged, { verdict: 'parked' }>, event: unknown): NewLetter {
  const message = fault === null ? 'is not valid' : `${fault.pointer} ${fault.message}`.trim()
  const value = Buffer.from(JSON.stringify(withoutKeys(event)))
  return { partition: null, offset: null, code, message, value }
}

/** What it is called comes back, as far as it may be an id. */
function idOf(event: unknown): string | null {
  const id = isObject(event) ? event['eventId'] : null
  return typeof id === 'string' ? id.slice(0, 36) : null
}
