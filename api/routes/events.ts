/** The log over HTTP. */
import { Type } from 'typebox'
import { eventPage } from './event-page.ts'
import { NOTHING, reading } from '../operation.ts'
import { resource } from '../resource.ts'
import type { ReadLog } from '../parts.ts'
import { sendEvents } from './read-answers.ts'
import { EventPage } from '../shapes/event.ts'
import { DEFAULT_LIMIT, limit, logAfter } from '../shapes/list.ts'
import { closed, ref } from '../../commands/shape.ts'

const listEvents = reading('/events', {
  tag: 'log',
  summary: 'Show the log',
  description: 'A search by type covers at most 10,000 positions; continue with `next`, even after an empty page.',
  role: 'read',
  params: NOTHING,
  query: closed({
    after: logAfter,
    limit,
    stream: Type.Optional(
      Type.String({ pattern: '^[a-z]{1,32}-[A-Za-z0-9][A-Za-z0-9._-]{0,63}$', description: 'Only this stream.' }),
    ),
    type: Type.Optional(Type.String({ pattern: '^[A-Za-z]{1,64}$', description: 'Only events of this type.' })),
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

export const events = resource({ listEvents }, ({ readLog }: { readonly readLog: ReadLog }) => ({
  async listEvents(request, reply) {
    const { after = 0, limit = DEFAULT_LIMIT, stream, type } = request.query
    const page = await readLog({ after, limit, ...(stream && { stream }), ...(type && { type }) })
    return sendEvents(reply, eventPage(page, after))
  },
}))
