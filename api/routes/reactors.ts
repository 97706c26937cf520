/** Reactors over HTTP: how they are, pausing them, and having one try again. */
import { Type } from 'typebox'
import { closed, ref } from '../../commands/shape.ts'
import type { ReactorState } from '../../reactors/reactor-states.ts'
import { rfc3339 } from '../../projections/views/shown.ts'
import { ProblemError } from '../http/problem-document.ts'
import { acting, NOTHING, reading } from '../operation.ts'
import type { ApiParts } from '../parts.ts'
import { resource } from '../resource.ts'
import { Reactor, ReactorList } from '../shapes/reactor.ts'
import { uncached } from './read-answers.ts'

const named = { name: Type.String({ description: 'Name of the reactor.' }) }
const asItIsNow = { 200: { description: 'As it is now.', shape: ref(Reactor) } } as const

const listReactors = reading('/reactors', {
  tag: 'operations',
  summary: 'Show the reactors and their pending work',
  role: 'read',
  params: NOTHING,
  query: NOTHING,
  answers: { 200: { description: 'Every reactor.', shape: ref(ReactorList) } },
  problems: ['store-unavailable'],
})

const pauseReactor = acting('/reactors/:name/pause', {
  tag: 'operations',
  summary: 'Pause a reactor',
  description: 'It begins nothing until it is resumed. What is under way ends. Paused again it stays paused.',
  role: 'operate',
  params: closed(named),
  answers: asItIsNow,
  problems: ['reactor-not-found'],
})

const resumeReactor = acting('/reactors/:name/resume', {
  tag: 'operations',
  summary: 'Resume a reactor',
  description: 'It continues with what waited.',
  role: 'operate',
  params: closed(named),
  answers: asItIsNow,
  problems: ['reactor-not-found'],
})

const retryReactor = acting('/reactors/:name/retry', {
  tag: 'operations',
  summary: 'Retry a reactor',
  description: 'Retries the event at which it stopped, and everything that it has parked.',
  role: 'operate',
  params: closed(named),
  answers: asItIsNow,
  problems: ['reactor-not-found'],
})

const retryCause = acting('/reactors/:name/causes/:position/retry', {
  tag: 'operations',
  summary: 'Retry one parked cause',
  description: 'Retries what a reactor has parked of the event at this position, and nothing else.',
  role: 'operate',
  params: closed({ ...named, position: Type.String({ description: 'Position of the event.' }) }),
  answers: asItIsNow,
  problems: ['reactor-not-found', 'cause-not-parked'],
})

export const reactors = resource(
  { listReactors, pauseReactor, resumeReactor, retryReactor, retryCause },
  ({ reactors: all }: Pick<ApiParts, 'reactors'>) => ({
    async listReactors(_request, reply) {
      const states = await all.states()
      return uncached(reply).send({ items: states.map(shown), position: states[0]?.head ?? 0 })
    },
    async pauseReactor({ params: { name } }, reply) {
      return uncached(reply).send(shown(known(name, await all.pause(name))))
    },
    async resumeReactor({ params: { name } }, reply) {
      return uncached(reply).send(shown(known(name, await all.resume(name))))
    },
    async retryReactor({ params: { name } }, reply) {
      return uncached(reply).send(shown(known(name, await all.retry(name))))
    },
    async retryCause({ params: { name, position } }, reply) {
      const at = positionOf(position)
      const state =
        at === null ? 'not-parked' : known(name, await all.retryCause(name, { position: at, webhook: null }))
      if (state === 'not-parked') {
        const detail = `the reactor ${name} has parked nothing of an event at position ${position}`
        throw new ProblemError({ code: 'cause-not-parked', detail })
      }
      return uncached(reply).send(shown(state))
    },
  }),
)

/** Null: no event can stand there. */
function positionOf(text: string): number | null {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null
}

function known<State>(name: string, state: State | null): State {
  if (state === null) throw new ProblemError({ code: 'reactor-not-found', detail: `no reactor is named ${name}` })
  return state
}

function shown({ parked, paused, outage, ...state }: ReactorState) {
  return {
    ...state,
    paused: sinceShown(paused),
    outage: sinceShown(outage),
    parked: parked.map(({ message, since, ...cause }) => ({ ...cause, reason: message, since: rfc3339(since) })),
  }
}

function sinceShown(state: ReactorState['paused']) {
  return state === null ? null : { reason: state.reason, since: rfc3339(state.since) }
}
