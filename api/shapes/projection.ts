import { Type } from 'typebox'
import { PROJECTION_STATES } from '../../projections/live/projection-states.ts'
import { REPLAY_STATES } from '../../projections/replay/replays.ts'
import { closed, named, nullable, oneOf, ref, whole } from '../../commands/shape.ts'
import { count, time } from './shape.ts'

const MOST_EVENTS_PER_SECOND = 1_000_000

const position = (description: string) => Type.Integer({ minimum: 0, description })

const failure = nullable(
  closed({
    code: Type.String({ description: 'Code of the error.' }),
    message: Type.String({ description: 'Error message.' }),
    position: position('Position of the event that failed.'),
  }),
)

export const Projection = named(
  'Projection',
  {
    name: Type.String({ description: 'Name of the projection.' }),
    version: count('Version of the live tables.'),
    generation: count('Generation of the live tables; each rebuild creates a new one.'),
    state: oneOf(PROJECTION_STATES, {
      description: '`replaying`: the rows come from an older release and do not change until they are rebuilt.',
    }),
    position: position('It shows all events up to this position.'),
    head: position('Position of the newest event in the log.'),
    lagEvents: count('Events that it does not show yet.'),
    lagSeconds: Type.Number({ minimum: 0, description: 'Age of the oldest event that it does not show yet.' }),
    eventsPerSecond: count('Over the last 10 s, as seen by this process.'),
    rows: count('Rows in all its tables.'),
    lastError: failure,
    replayId: nullable(Type.String({ description: 'Id of the running replay.' })),
    lastCheck: nullable(
      closed({
        replayId: Type.String({ description: 'Id of the last replay that compared the rows with the log.' }),
        checkedAt: time('When it was done.'),
        position: position('Position of the comparison.'),
        differences: count('Rows that differed.'),
      }),
    ),
  },
  { description: 'A read model and its progress.' },
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
      description: '`missing`: the live table lacks it; `extra`: the log does not have it.',
    }),
    columns: Type.Array(
      closed({
        column: Type.String(),
        live: nullable(Type.String()),
        rebuilt: nullable(Type.String()),
      }),
    ),
  },
  { description: 'A row that differs from the log.' },
)

export const Replay = named(
  'Replay',
  {
    replayId: Type.String(),
    projection: Type.String({ description: 'Of which.' }),
    state: oneOf(REPLAY_STATES, { description: 'State or outcome.' }),
    check: Type.Boolean({ description: 'Whether it only compares.' }),
    version: count('Version of the new tables.'),
    position: position('Position up to which it has built.'),
    target: position('Last known target position.'),
    eventsPerSecond: count('Over the last seconds.'),
    etaSeconds: nullable(count('Seconds until the target, at this speed; null if unknown.')),
    rows: count('Built so far, in all tables.'),
    differences: nullable(
      closed({
        count: count('Rows that differ.'),
        missing: count('Rows that the live tables lack.'),
        extra: count('Rows that the log does not have.'),
        different: count('With another value in some column.'),
        samples: Type.Array(ref(Difference), { description: 'The first ones, at most 20.' }),
      }),
    ),
    failure,
    startedAt: time('When it was requested.'),
    finishedAt: nullable(time('When it ended.')),
  },
  { description: 'A rebuild of a projection from the log, next to the live one.' },
)

export const ReplayList = named(
  'ReplayList',
  { items: Type.Array(ref(Replay)) },
  { description: 'The newest replays, newest first.' },
)

export const StartReplay = named(
  'StartReplay',
  {
    check: Type.Optional(Type.Boolean({ description: 'Compare only, do not switch.', default: false })),
    rate: Type.Optional(
      whole(
        1,
        MOST_EVENTS_PER_SECOND,
        'Maximum events per second. If absent: as fast as possible without slowing orders.',
      ),
    ),
    acceptDifferences: Type.Optional(Type.Boolean({ description: 'Switch even if rows differ.', default: false })),
  },
  { description: 'Options of the replay.', examples: [{ check: true }] },
)
