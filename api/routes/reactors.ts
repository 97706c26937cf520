/** Reactors over HTTP: how they are, and having one try again. */
import { Type } from 'typebox'
import type { ApiServer } from '../api-server.ts'
import { ProblemError } from '../http/problem-document.ts'
import { acting, NOTHING, reading } from '../operation.ts'
import type { ApiParts } from '../parts.ts'
import { Reactor, ReactorList } from '../shapes/reactor.ts'
import { closed, ref } from '../shapes/shape.ts'
import { uncached } from './read-answers.ts'

const listing = reading({
  id: 'listReactors',
  tag: 'operations',
  summary: 'Show the reactors and what they have still to do',
  role: 'read',
  params: NOTHING,
  query: NOTHING,
  answers: { 200: { description: 'Every reactor.', shape: ref(ReactorList) } },
  problems: ['store-unavailable'],
})

const retrying = acting({
  id: 'retryReactor',
  tag: 'operations',
  summary: 'Have a reactor try again',
  description: 'What it stands still at, and everything that it has parked.',
  role: 'operate',
  params: closed({ name: Type.String({ pattern: '^[a-z-]{1,63}$', description: 'Of the reactor.' }) }),
  answers: { 200: { description: 'As it is now.', shape: ref(Reactor) } },
  problems: ['reactor-not-found', 'path-too-long'],
})

export function reactorRoutes(app: ApiServer, { reactors }: Pick<ApiParts, 'reactors'>): void {
  app.get('/reactors', listing, async (_request, reply) => uncached(reply).send({ items: await reactors.states() }))

  app.post('/reactors/:name/retry', retrying, async (request, reply) => {
    const { name } = request.params
    const state = await reactors.retry(name)
    if (state === null) throw new ProblemError({ code: 'reactor-not-found', detail: `there is no reactor ${name}` })
    return uncached(reply).send(state)
  })
}
