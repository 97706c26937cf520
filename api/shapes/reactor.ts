import { Type } from 'typebox'
import { closed, named, nullable, oneOf, ref } from '../../commands/shape.ts'
import { count, Position, time } from './shape.ts'

const position = (description: string) => Type.Integer({ minimum: 0, description })

const why = {
  code: Type.String({ description: 'Code of the error.' }),
  message: Type.String({ description: 'Error message.' }),
}

const since = nullable(
  closed({ since: time('Since when.'), reason: Type.String({ description: 'Why; null as a whole: it is not so.' }) }),
)

const ParkedCause = named(
  'ParkedCause',
  {
    position: position('Position of the event that caused it.'),
    stream: Type.String({ description: 'Stream of that event.' }),
    attempts: count('How often it was tried.'),
    code: why.code,
    reason: Type.String({ description: 'What failed.' }),
    since: time('When it was parked.'),
    webhook: nullable(
      Type.Integer({ description: "Number of the payment provider's message that is meant; null: the event itself." }),
    ),
  },
  { description: 'Something that a reactor could not do, and holds until it is retried.' },
)

export const Reactor = named(
  'Reactor',
  {
    name: Type.String({ description: 'Name of the reactor.' }),
    state: oneOf(['live', 'paused', 'failed', 'unserved'], {
      description:
        '`paused`: it begins nothing until it is resumed. `failed`: it stopped at an event that it cannot read. `unserved`: no process runs it.',
    }),
    position: position('It has read all events up to this position.'),
    head: position('Position of the newest event in the log.'),
    lagEvents: count('Events that it has not read yet.'),
    lagSeconds: Type.Number({ minimum: 0, description: 'Age of the oldest event that it has not read yet.' }),
    due: count('Causes that it still has to act on, now or later.'),
    overdue: count('Of these, what is overdue.'),
    overdueSeconds: Type.Number({ minimum: 0, description: 'Age of the oldest overdue one.' }),
    paused: since,
    outage: since,
    parked: Type.Array(ref(ParkedCause), { description: 'The parked causes, the oldest first, at most 100.' }),
    parkedCount: count('Number of parked causes. Each blocks only its own stream until it is retried.'),
    lastError: nullable(closed({ ...why, position: position('Position of the event that failed.') })),
  },
  {
    description:
      'A reactor acts when something has happened or is due: its position and its pending work; `paused` and `outage`: since when it does nothing, or waits for something outside, and why.',
  },
)

export const ReactorList = named(
  'ReactorList',
  { items: Type.Array(ref(Reactor)), position: Position },
  { description: 'Every reactor.' },
)
