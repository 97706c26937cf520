/** The log over HTTP. */
import { Type } from 'typebox'
import { seesPersonalData } from '../http/access.ts'
import { ProblemError } from '../http/problem-document.ts'
import { momentIn } from '../http/query.ts'
import type { StoredEvent } from '../../store/log/feed.ts'
import { eventPage, wholeEvent } from '../answers/event-page.ts'
import { NOTHING, reading } from '../operation.ts'
import { resource } from '../resource.ts'
import type { ReadLog } from '../parts.ts'
import { sendEvents, uncached } from '../answers/read-answers.ts'
import { Event, EventPage } from '../shapes/event.ts'
import { DEFAULT_LIMIT, limit, logAfter, moment } from '../shapes/list.ts'
import { closed, ref } from '../../commands/shape.ts'

const MASKED =
  'Personal data is masked for roles below `operate`, as in GET /customers: `W…`, `w…@…`, the last two digits.'

function uuid(description: string) {
  return Type.Optional(Type.String({ pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$', description }))
}

const listEvents = reading('/events', {
  tag: 'log',
  summary: 'Show the log',
  description:
    'A search by type, correlation, causation or id covers at most 10,000 positions; continue with `next`, even after an empty page. One by a UUID of version 7 begins at the time in it, where neither `after` nor `from` is given. ' +
    MASKED,
  role: 'read',
  params: NOTHING,
  query: closed({
    after: logAfter,
    limit,
    stream: Type.Optional(
      Type.String({ pattern: '^[a-z]{1,32}-[A-Za-z0-9][A-Za-z0-9._-]{0,63}$', description: 'Only this stream.' }),
    ),
    type: Type.Optional(Type.String({ pattern: '^[A-Za-z]{1,64}$', description: 'Only events of this type.' })),
    correlation: uuid('Only events that one request caused: their `correlationId`.'),
    causation: uuid('Only events that this event caused: their `causationId`.'),
    id: uuid('Only the event with this `id`.'),
    from: moment('Only events that were recorded then or later.'),
    to: moment('Only events that were recorded before.'),
  }),
  answers: {
    200: {
      description: 'Events, oldest first.',
      shape: ref(EventPage),
      headers: { 'x-position': 'The position up to which the log was searched.' },
    },
  },
  problems: ['store-unavailable'],
})

const getEvent = reading('/events/:position', {
  tag: 'log',
  summary: 'Show an event',
  description: `With its bytes, as the log stores them. ${MASKED}`,
  role: 'read',
  params: closed({ position: Type.String({ description: 'In the log.' }) }),
  query: NOTHING,
  answers: { 200: { description: 'The event.', shape: ref(Event) } },
  problems: ['event-not-found', 'store-unavailable'],
})

export const events = resource({ listEvents, getEvent }, ({ readLog }: { readonly readLog: ReadLog }) => ({
  async listEvents(request, reply) {
    const { after = 0, limit = DEFAULT_LIMIT, from, to, ...filters } = request.query
    const times = { ...momentIn('from', from), ...momentIn('to', to) }
    const page = await readLog({ after, limit, ...filters, ...times })
    return sendEvents(reply, eventPage(page, after, seesPersonalData(request.principal)))
  },
  async getEvent(request, reply) {
    const event = await eventAt(readLog, request.params.position)
    if (event === null) throw new ProblemError({ code: 'event-not-found', detail: 'the log has no such position' })
    return uncached(reply).send(wholeEvent(event, seesPersonalData(request.principal)))
  },
}))

async function eventAt(readLog: ReadLog, text: string): Promise<StoredEvent | null> {
  const position = /^[1-9][0-9]*$/.test(text) ? Number(text) : 0
  if (position === 0 || !Number.isSafeInteger(position)) return null
  const { events: found } = await readLog({ after: position - 1, limit: 1 })
  return found.find((event) => event.position === position) ?? null
}
