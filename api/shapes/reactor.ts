import { Type } from 'typebox'
import { closed, named, nullable, oneOf, ref } from '../../commands/shape.ts'
import { count } from './shape.ts'

const position = (description: string) => Type.Integer({ minimum: 0, description })

const why = {
  code: Type.String({ description: 'Code of the error.' }),
  message: Type.String({ description: 'Error message.' }),
}

export const Reactor = named(
  'Reactor',
  {
    name: Type.String({ description: 'Name of the reactor.' }),
    state: oneOf(['live', 'failed', 'unserved'], {
      description: '`failed`: it stopped at an event that it cannot read. `unserved`: no process runs it.',
    }),
    position: position('It has read all events up to this position.'),
    head: position('Position of the newest event in the log.'),
    lagEvents: count('Events that it has not read yet.'),
    lagSeconds: Type.Number({ minimum: 0, description: 'Age of the oldest event that it has not read yet.' }),
    due: count('Due times that are still pending, now or later.'),
    overdue: count('Pending due times that are overdue.'),
    overdueSeconds: Type.Number({ minimum: 0, description: 'Age of the oldest overdue one.' }),
    parked: count('Pending ones that failed. Each blocks only its own stream until it is retried.'),
    parkedCauses: Type.Array(
      closed({ stream: Type.String(), position: position('Position of the event that caused it.'), ...why }),
      { description: 'The first parked ones, at most 20.' },
    ),
    lastError: nullable(closed({ ...why, position: position('Position of the event that failed.') })),
  },
  { description: 'A reactor acts when a due time has passed: its position and its pending work.' },
)

export const ReactorList = named('ReactorList', { items: Type.Array(ref(Reactor)) }, { description: 'Every reactor.' })
