import { Type } from 'typebox'
import { PROJECTION_STATES } from '../../projections/live/projection-states.ts'
import { REPLAY_STATES } from '../../projections/replay/replays.ts'
import { closed, named, nullable, oneOf, ref, whole } from '../../commands/shape.ts'
import { count, time } from './shape.ts'

const MOST_EVENTS_PER_SECOND = 1_000_000

const position = (description: string) => Type.Integer({ minimum: 0, description })

const failure = nullable(
  closed({
    code: Type.String({ description: 'A word for what went wrong.' }),
    message: Type.String({ description: 'What went wrong.' }),
    position: position('Of the event it happened at.'),
  }),
)

export const Projection = named(
  'Projection',
  {
    name: Type.String({ description: 'Of the projection.' }),
    version: count('Of the tables that are shown.'),
    generation: count('Of the tables that are shown: each rebuild makes another one.'),
    state: oneOf(PROJECTION_STATES, {
      description: '`replaying`: what is shown is of an older release and stands still until it is rebuilt.',
    }),
    position: position('What it shows: everything up to it.'),
    head: position('Of the newest event in the log.'),
    lagEvents: count('Events that it does not show yet.'),
    lagSeconds: Type.Number({ minimum: 0, description: 'Age of the oldest event that it does not show yet.' }),
    eventsPerSecond: count('Over the last 10 s, as far as this process heard.'),
    rows: count('In all its tables.'),
    lastError: failure,
    replayId: nullable(Type.String({ description: 'Of the replay that is under way.' })),
    lastCheck: nullable(
      closed({
        replayId: Type.String({ description: 'Of the last replay that compared the rows with the log.' }),
        checkedAt: time('When it was done.'),
        position: position('At which they were compared.'),
        differences: count('Rows that differed.'),
      }),
    ),
  },
  { description: 'A read model and how far it is.' },
)

export const ProjectionList = named(
  'ProjectionList',
  {
    items: Type.Array(ref(Projection)),
    feed: nullable(
      closed({
        source: oneOf(['kafka', 'store'], { description: 'What the projector of this process reads.' }),
        reason: nullable(Type.String({ description: 'Why it does not read Kafka.' })),
      }),
    ),
  },
  { description: 'Every projection, by name.' },
)

export const Difference = named(
  'Difference',
  {
    table: Type.String(),
    key: Type.String({ description: 'Of the row.' }),
    kind: oneOf(['missing', 'extra', 'different'], {
      description: '`missing`: the live table lacks it; `extra`: the log does not tell of it.',
    }),
    columns: Type.Array(
      closed({
        column: Type.String(),
        live: nullable(Type.String()),
        rebuilt: nullable(Type.String()),
      }),
    ),
  },
  { description: 'A row that is not what the log tells.' },
)

export const Replay = named(
  'Replay',
  {
    replayId: Type.String(),
    projection: Type.String({ description: 'Of which.' }),
    state: oneOf(REPLAY_STATES, { description: 'What it does, or how it ended.' }),
    check: Type.Boolean({ description: 'It only compares.' }),
    version: count('Of the tables that are built.'),
    position: position('Built up to here.'),
    target: position('Where it has to get to, as last seen.'),
    eventsPerSecond: count('Over the last seconds.'),
    etaSeconds: nullable(count('Until the target, at this speed; null when it is not known.')),
    rows: count('Built so far, in all tables.'),
    differences: nullable(
      closed({
        count: count('Rows that differ.'),
        missing: count('That the live tables lack.'),
        extra: count('That the log does not tell of.'),
        different: count('With another value in some column.'),
        samples: Type.Array(ref(Difference), { description: 'The first ones, at most 20.' }),
      }),
    ),
    failure,
    startedAt: time('When it was asked for.'),
    finishedAt: nullable(time('When it ended.')),
  },
  { description: 'A projection being rebuilt from the log, beside the one that is shown.' },
)

export const ReplayList = named(
  'ReplayList',
  { items: Type.Array(ref(Replay)) },
  { description: 'The newest replays, newest first.' },
)

export const StartReplay = named(
  'StartReplay',
  {
    check: Type.Optional(Type.Boolean({ description: 'Compare only: nothing is switched.', default: false })),
    rate: Type.Optional(
      whole(1, MOST_EVENTS_PER_SECOND, 'Events a second at most. Without: as fast as it can beside orders.'),
    ),
    acceptDifferences: Type.Optional(Type.Boolean({ description: 'Switch although rows differ.', default: false })),
  },
  { description: 'How to replay.', examples: [{ check: true }] },
)
