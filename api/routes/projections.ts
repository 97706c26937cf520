/** Projections and replays over HTTP: how they are, and what an operator does to them. */
import { Type } from 'typebox'
import type { FeedHealth } from '../../kafka/feed/kafka-feed.ts'
import { rfc3339 } from '../../projections/views/shown.ts'
import { ReplayUnfinished, type ProjectionState, type Replay } from '../../projections/views/views.ts'
import type { ApiServer } from '../api-server.ts'
import { ProblemError } from '../http/problem-document.ts'
import { acting, actingWith, NOTHING, reading } from '../operation.ts'
import type { ApiParts } from '../parts.ts'
import { uncached } from './read-answers.ts'
import { DEFAULT_LIMIT, limit } from '../shapes/list.ts'
import { Projection, ProjectionList, Replay as ReplayShape, ReplayList, StartReplay } from '../shapes/projection.ts'
import { closed, nullable, ref } from '../shapes/shape.ts'

const tag = 'operations'
const name = closed({ name: Type.String({ pattern: '^[a-z]{1,63}$', description: 'Of the projection.' }) })
const replayId = closed({ replayId: Type.String({ format: 'uuid', description: 'Of the replay.' }) })
const shownProjection = { 200: { description: 'As it is now.', shape: ref(Projection) } }
const shownReplay = { 200: { description: 'As it is now.', shape: ref(ReplayShape) } }

const listingProjections = reading({
  id: 'listProjections',
  tag,
  summary: 'Show the projections and how far they are',
  role: 'read',
  params: NOTHING,
  query: NOTHING,
  answers: { 200: { description: 'Every projection.', shape: ref(ProjectionList) } },
  problems: ['store-unavailable'],
})

const pausing = (id: string, summary: string) =>
  acting({
    id,
    tag,
    summary,
    role: 'operate',
    params: name,
    answers: shownProjection,
    problems: ['projection-not-found', 'path-too-long'],
  })

const replaying = actingWith({
  id: 'startReplay',
  tag,
  summary: 'Rebuild a projection from the log',
  description:
    'Beside the one that is shown; it is compared with it and takes its place when they are equal. Watch it at `Location`.',
  role: 'operate',
  params: name,
  body: nullable(ref(StartReplay)),
  answers: {
    202: { description: 'Begun.', shape: ref(ReplayShape), headers: { location: 'Where to watch it.' } },
  },
  problems: ['projection-not-found', 'replay-unfinished', 'path-too-long'],
})

const listingReplays = reading({
  id: 'listReplays',
  tag,
  summary: 'Show the newest replays',
  role: 'read',
  params: NOTHING,
  query: closed({ limit }),
  answers: { 200: { description: 'Newest first.', shape: ref(ReplayList) } },
  problems: ['store-unavailable'],
})

const showingReplay = reading({
  id: 'getReplay',
  tag,
  summary: 'Show a replay',
  role: 'read',
  params: replayId,
  query: NOTHING,
  answers: shownReplay,
  problems: ['replay-not-found', 'path-too-long', 'store-unavailable'],
})

const steering = (id: string, summary: string) =>
  acting({
    id,
    tag,
    summary,
    role: 'operate',
    params: replayId,
    answers: shownReplay,
    problems: ['replay-not-found', 'path-too-long'],
  })

const cancelling = acting({
  id: 'cancelReplay',
  tag,
  summary: 'Cancel a replay',
  description: 'What it built is dropped; what is shown stays as it is. One that is done already stays done.',
  role: 'operate',
  params: replayId,
  answers: { 204: { description: 'It is not under way any more.', shape: null } },
  problems: ['replay-not-found', 'path-too-long'],
})

export function projectionRoutes(app: ApiServer, { views, newId, feed }: ApiParts): void {
  const { replays } = views

  app.get('/projections', listingProjections, async (_request, reply) =>
    uncached(reply).send({ items: (await views.states()).map(projectionAnswer), feed: feedAnswer(feed()) }),
  )

  for (const [act, paused] of [
    ['pause', true],
    ['resume', false],
  ] as const) {
    const projectionOperation = pausing(`${act}Projection`, paused ? 'Pause a projection' : 'Resume a projection')
    app.post(`/projections/:name/${act}`, projectionOperation, async (request, reply) => {
      const { params } = request
      if (!(await views.setPaused(params.name, paused))) throw projectionNotFound(params.name)
      const state = (await views.states()).find((each) => each.name === params.name)
      if (state === undefined) throw projectionNotFound(params.name)
      return uncached(reply).send(projectionAnswer(state))
    })
    const replayOperation = steering(`${act}Replay`, paused ? 'Pause a replay' : 'Resume a replay')
    app.post(`/replays/:replayId/${act}`, replayOperation, async (request, reply) =>
      uncached(reply).send(replayAnswer(found(await replays.setPaused(request.params.replayId, paused)))),
    )
  }

  app.post('/projections/:name/replay', replaying, async (request, reply) => {
    const { params, body } = request
    const replay = await start(params.name, { replayId: newId(), ...body })
    return uncached(reply).code(202).header('location', `/replays/${replay.replayId}`).send(replayAnswer(replay))
  })

  app.get('/replays', listingReplays, async (request, reply) => {
    const newest = await replays.newest(request.query.limit ?? DEFAULT_LIMIT)
    return uncached(reply).send({ items: newest.map(replayAnswer) })
  })

  app.get('/replays/:replayId', showingReplay, async (request, reply) =>
    uncached(reply).send(replayAnswer(found(await replays.read(request.params.replayId)))),
  )

  app.delete('/replays/:replayId', cancelling, async (request, reply) => {
    found(await replays.cancel(request.params.replayId))
    return reply.code(204).send()
  })

  async function start(projection: string, request: Parameters<typeof replays.start>[1]): Promise<Replay> {
    try {
      const replay = await replays.start(projection, request)
      if (replay === null) throw projectionNotFound(projection)
      return replay
    } catch (error) {
      if (!(error instanceof ReplayUnfinished)) throw error
      throw new ProblemError({ code: 'replay-unfinished', detail: error.message, more: { replayId: error.replayId } })
    }
  }
}

function found(replay: Replay | null): Replay {
  if (replay !== null) return replay
  throw new ProblemError({ code: 'replay-not-found', detail: 'there is no replay of this id' })
}

function projectionNotFound(projection: string): ProblemError {
  return new ProblemError({ code: 'projection-not-found', detail: `there is no projection ${projection}` })
}

function projectionAnswer({ lastCheck, ...state }: ProjectionState): object {
  return {
    ...state,
    lastCheck: lastCheck === null ? null : { ...lastCheck, checkedAt: rfc3339(lastCheck.checkedAt) },
  }
}

function feedAnswer(feed: FeedHealth | null): object | null {
  if (feed === null) return null
  const { source, reason } = feed
  return { source, reason }
}

function replayAnswer(replay: Replay): object {
  const { replayId, projection, state, check, version, position, target, eventsPerSecond, rows } = replay
  const { differences, failure, startedAt, finishedAt } = replay
  return {
    replayId,
    projection,
    state,
    check,
    version,
    position,
    target,
    eventsPerSecond,
    etaSeconds: etaSeconds(replay),
    rows,
    differences,
    failure,
    startedAt: rfc3339(startedAt),
    finishedAt: finishedAt === null ? null : rfc3339(finishedAt),
  }
}

function etaSeconds({ state, position, target, eventsPerSecond }: Replay): number | null {
  return state === 'running' && eventsPerSecond > 0 ? Math.ceil((target - position) / eventsPerSecond) : null
}
