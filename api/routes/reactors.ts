/** Reactors over HTTP: how they are, pausing them, and having one try again. */
import { Type } from 'typebox'
import { closed, nullable, ref, text, whole } from '../../commands/shape.ts'
import type { CauseName, ReactorState } from '../../reactors/reactor-states.ts'
import { rfc3339 } from '../../projections/queries/shown.ts'
import { ProblemError } from '../http/problem-document.ts'
import { acting, actingWith, NOTHING, reading } from '../operation.ts'
import type { ApiParts } from '../parts.ts'
import { resource } from '../resource.ts'
import { Reactor, ReactorList } from '../shapes/reactor.ts'
import { uncached } from '../answers/read-answers.ts'

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
  description: 'It begins nothing until it is resumed; what is under way ends. Pausing it again changes nothing.',
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

const causePath = closed({ ...named, position: Type.String({ description: 'Position of the event.' }) })
const WEBHOOK = "Number of the payment provider's message that is meant; the event itself if absent."

const retryCause = actingWith('/reactors/:name/causes/:position/retry', {
  tag: 'operations',
  summary: 'Retry one parked cause',
  description: 'Retries only what the reactor has parked of the event at this position. The body is optional.',
  role: 'operate',
  params: causePath,
  body: nullable(closed({ webhook: Type.Optional(whole(1, 1_000_000, WEBHOOK)) })),
  answers: asItIsNow,
  problems: ['reactor-not-found', 'cause-not-parked'],
})

const skipCause = actingWith('/reactors/:name/causes/:position/skip', {
  tag: 'operations',
  summary: 'Give up one parked cause',
  description:
    'The reactor does not try it again. A charge ends as declined, a refund counts as settled outside, a mail as failed; anything else is forgotten.',
  role: 'admin',
  params: causePath,
  body: closed({
    reason: text(1, 200, 'In the words of the person who skips it.'),
    webhook: Type.Optional(whole(1, 1_000_000, WEBHOOK)),
  }),
  answers: asItIsNow,
  problems: ['reactor-not-found', 'cause-not-parked'],
})

export const reactors = resource(
  { listReactors, pauseReactor, resumeReactor, retryReactor, retryCause, skipCause },
  ({ reactors: all }: Pick<ApiParts, 'reactors'>) => ({
    async listReactors(_request, reply) {
      const states = await all.states()
      return uncached(reply).send({ items: states.map(reactorAnswer), position: states[0]?.head ?? 0 })
    },
    async pauseReactor({ params: { name } }, reply) {
      return uncached(reply).send(reactorAnswer(known(name, await all.pause(name))))
    },
    async resumeReactor({ params: { name } }, reply) {
      return uncached(reply).send(reactorAnswer(known(name, await all.resume(name))))
    },
    async retryReactor({ params: { name } }, reply) {
      return uncached(reply).send(reactorAnswer(known(name, await all.retry(name))))
    },
    async retryCause({ params: { name, position }, body }, reply) {
      const cause = causeOf(name, position, body?.webhook)
      return uncached(reply).send(reactorAnswer(parkedIn(name, position, await all.retryCause(name, cause))))
    },
    async skipCause({ params: { name, position }, body: { reason, webhook } }, reply) {
      const cause = causeOf(name, position, webhook)
      return uncached(reply).send(reactorAnswer(parkedIn(name, position, await all.skipCause(name, cause, reason))))
    },
  }),
)

/** At a position where no event can stand nothing is parked. */
function causeOf(name: string, position: string, webhook: number | undefined): CauseName {
  if (!/^[1-9]\d{0,14}$/.test(position)) throw notParked(name, position)
  return { position: Number(position), webhook: webhook ?? null }
}

function parkedIn(name: string, position: string, state: ReactorState | 'not-parked' | null): ReactorState {
  const found = known(name, state)
  if (found === 'not-parked') throw notParked(name, position)
  return found
}

function notParked(name: string, position: string): ProblemError {
  const detail = `the reactor ${name} has parked nothing of an event at position ${position}`
  return new ProblemError({ code: 'cause-not-parked', detail })
}

function known<State>(name: string, state: State | null): State {
  if (state === null) throw new ProblemError({ code: 'reactor-not-found', detail: `no reactor is named ${name}` })
  return state
}

/** A row of the list. */
export function reactorAnswer({ parked, paused, outage, ...state }: ReactorState) {
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
