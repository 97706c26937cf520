/** Projections and replays over HTTP: how they are, and what an operator does to them. */
import { Type } from 'typebox'
import type { FeedHealth } from '../../kafka/feed/kafka-feed.ts'
import { rfc3339 } from '../../projections/queries/shown.ts'
import type { ProjectionState } from '../../projections/live/projection-states.ts'
import { ReplayUnfinished, type Replay } from '../../projections/replay/replays.ts'
import type { Views } from '../../projections/views/views.ts'
import { ProblemError } from '../http/problem-document.ts'
import { acting, actingWith, NOTHING, reading, removing } from '../operation.ts'
import { resource } from '../resource.ts'
import { uncached } from '../answers/read-answers.ts'
import { DEFAULT_LIMIT, limit } from '../shapes/list.ts'
import { Projection, ProjectionList, Replay as ReplayShape, ReplayList, StartReplay } from '../shapes/projection.ts'
import { closed, nullable, ref } from '../../commands/shape.ts'

const tag = 'operations'
const name = closed({ name: Type.String({ description: 'Name of the projection.' }) })
const replayId = closed({ replayId: Type.String({ description: 'Id of the replay.' }) })
const shownProjection = { 200: { description: 'As it is now.', shape: ref(Projection) } }
const shownReplay = { 200: { description: 'As it is now.', shape: ref(ReplayShape) } }

const listProjections = reading('/projections', {
  tag,
  summary: 'Show the projections and their progress',
  role: 'read',
  params: NOTHING,
  query: NOTHING,
  answers: { 200: { description: 'Every projection.', shape: ref(ProjectionList) } },
  problems: ['store-unavailable'],
})

const pausing = (url: string, summary: string) =>
  acting(url, {
    tag,
    summary,
    role: 'operate',
    params: name,
    answers: shownProjection,
    problems: ['projection-not-found'],
  })

const startReplay = actingWith('/projections/:name/replay', {
  tag,
  summary: 'Rebuild a projection from the log',
  description:
    'Builds new tables next to the live ones, compares both, and switches if they are equal. Watch it at `Location`.',
  role: 'operate',
  params: name,
  body: nullable(ref(StartReplay)),
  answers: {
    202: { description: 'Begun.', shape: ref(ReplayShape), headers: { location: 'Where to watch it.' } },
  },
  problems: ['projection-not-found', 'replay-unfinished'],
})

const listReplays = reading('/replays', {
  tag,
  summary: 'Show the newest replays',
  role: 'read',
  params: NOTHING,
  query: closed({ limit }),
  answers: { 200: { description: 'Newest first.', shape: ref(ReplayList) } },
  problems: ['store-unavailable'],
})

const getReplay = reading('/replays/:replayId', {
  tag,
  summary: 'Show a replay',
  role: 'read',
  params: replayId,
  query: NOTHING,
  answers: shownReplay,
  problems: ['replay-not-found', 'store-unavailable'],
})

const steering = (url: string, summary: string) =>
  acting(url, {
    tag,
    summary,
    role: 'operate',
    params: replayId,
    answers: shownReplay,
    problems: ['replay-not-found'],
  })

const cancelReplay = removing('/replays/:replayId', {
  tag,
  summary: 'Cancel a replay',
  description: 'Drops the tables built so far; the live tables do not change. A finished replay stays finished.',
  role: 'operate',
  params: replayId,
  answers: { 204: { description: 'The replay is no longer running.', shape: null } },
  problems: ['replay-not-found'],
})

export interface ProjectionParts {
  readonly views: Pick<Views, 'states' | 'setPaused' | 'replays'>
  readonly newId: () => string
  readonly feed: () => FeedHealth | null
}

export const projections = resource(
  {
    listProjections,
    pauseProjection: pausing('/projections/:name/pause', 'Pause a projection'),
    pauseReplay: steering('/replays/:replayId/pause', 'Pause a replay'),
    resumeProjection: pausing('/projections/:name/resume', 'Resume a projection'),
    resumeReplay: steering('/replays/:replayId/resume', 'Resume a replay'),
    startReplay,
    listReplays,
    getReplay,
    cancelReplay,
  },
  ({ views, newId, feed }: ProjectionParts) => {
    const { replays } = views
    const setPaused = async (name: string, paused: boolean): Promise<object> => {
      const known = PROJECTION.test(name) && (await views.setPaused(name, paused))
      const state = known ? (await views.states()).find((each) => each.name === name) : undefined
      if (state === undefined) throw projectionNotFound(name)
      return projectionAnswer(state)
    }
    const setReplayPaused = async (replayId: string, paused: boolean): Promise<object> =>
      replayAnswer(await find(replayId, (id) => replays.setPaused(id, paused)))

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

    return {
      async listProjections(_request, reply) {
        return uncached(reply).send({ items: (await views.states()).map(projectionAnswer), feed: feedAnswer(feed()) })
      },
      pauseProjection: async ({ params }, reply) => uncached(reply).send(await setPaused(params.name, true)),
      pauseReplay: async ({ params }, reply) => uncached(reply).send(await setReplayPaused(params.replayId, true)),
      resumeProjection: async ({ params }, reply) => uncached(reply).send(await setPaused(params.name, false)),
      resumeReplay: async ({ params }, reply) => uncached(reply).send(await setReplayPaused(params.replayId, false)),
      async startReplay({ params, body }, reply) {
        const replay = await start(params.name, { replayId: newId(), ...body })
        return uncached(reply).code(202).header('location', `/replays/${replay.replayId}`).send(replayAnswer(replay))
      },
      async listReplays(request, reply) {
        const newest = await replays.newest(request.query.limit ?? DEFAULT_LIMIT)
        return uncached(reply).send({ items: newest.map(replayAnswer) })
      },
      async getReplay(request, reply) {
        return uncached(reply).send(replayAnswer(await find(request.params.replayId, replays.read)))
      },
      async cancelReplay(request, reply) {
        await find(request.params.replayId, replays.cancel)
        return reply.code(204).send()
      },
    }
  },
)

const PROJECTION = /^[a-z]{1,63}$/
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** What cannot be an id names nothing, as one that was never given. */
async function find(replayId: string, look: (replayId: string) => Promise<Replay | null>): Promise<Replay> {
  const replay = UUID.test(replayId) ? await look(replayId) : null
  if (replay !== null) return replay
  throw new ProblemError({ code: 'replay-not-found', detail: 'no replay has this id' })
}

function projectionNotFound(projection: string): ProblemError {
  return new ProblemError({ code: 'projection-not-found', detail: `no projection is named ${projection}` })
}

/** A row of the list. */
export function projectionAnswer({ lastCheck, ...state }: ProjectionState): object {
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
