/** Reactors over HTTP: how they are, and having one try again. */
import { Type } from 'typebox'
import { closed, ref } from '../../commands/shape.ts'
import { ProblemError } from '../http/problem-document.ts'
import { acting, NOTHING, reading } from '../operation.ts'
import type { ApiParts } from '../parts.ts'
import { resource } from '../resource.ts'
import { Reactor, ReactorList } from '../shapes/reactor.ts'
import { uncached } from './read-answers.ts'

const listReactors = reading('/reactors', {
  tag: 'operations',
  summary: 'Show the reactors and their pending work',
  role: 'read',
  params: NOTHING,
  query: NOTHING,
  answers: { 200: { description: 'Every reactor.', shape: ref(ReactorList) } },
  problems: ['store-unavailable'],
})

const retryReactor = acting('/reactors/:name/retry', {
  tag: 'operations',
  summary: 'Retry a reactor',
  description: 'Retries the event at which it stopped, and everything that it has parked.',
  role: 'operate',
  params: closed({ name: Type.String({ description: 'Name of the reactor.' }) }),
  answers: { 200: { description: 'As it is now.', shape: ref(Reactor) } },
  problems: ['reactor-not-found'],
})

export const reactors = resource({ listReactors, retryReactor }, ({ reactors: all }: Pick<ApiParts, 'reactors'>) => ({
  async listReactors(_request, reply) {
    return uncached(reply).send({ items: await all.states() })
  },
  async retryReactor(request, reply) {
    const { name } = request.params
    const state = await all.retry(name)
    if (state === null) throw new ProblemError({ code: 'reactor-not-found', detail: `no reactor is named ${name}` })
    return uncached(reply).send(state)
  },
}))
