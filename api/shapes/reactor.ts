import { Type } from 'typebox'
import { closed, named, nullable, oneOf, ref } from '../../commands/shape.ts'
import { count } from './shape.ts'

const position = (description: string) => Type.Integer({ minimum: 0, description })

const why = {
  code: Type.String({ description: 'A word for what went wrong.' }),
  message: Type.String({ description: 'What went wrong.' }),
}

export const Reactor = named(
  'Reactor',
  {
    name: Type.String({ description: 'Of the reactor.' }),
    state: oneOf(['live', 'failed', 'unserved'], {
      description: '`failed`: it stands still at an event that it cannot read. `unserved`: no process does its work.',
    }),
    position: position('It has read everything up to it.'),
    head: position('Of the newest event in the log.'),
    lagEvents: count('Events that it has not read yet.'),
    lagSeconds: Type.Number({ minimum: 0, description: 'Age of the oldest event that it has not read yet.' }),
    due: count('What it has still to act upon, now or later.'),
    overdue: count('Of that, what it should have acted upon by now.'),
    overdueSeconds: Type.Number({ minimum: 0, description: 'For how long the first of these has waited.' }),
    parked: count('Of that, what it could not do. Each holds back its own stream alone, until it is retried.'),
    parkedCauses: Type.Array(
      closed({ stream: Type.String(), position: position('Of the event that asked for it.'), ...why }),
      { description: 'The first of these, at most 20.' },
    ),
    lastError: nullable(closed({ ...why, position: position('Of the event it happened at.') })),
  },
  { description: 'What acts where time has passed: how far it is, and what it has still to do.' },
)

export const ReactorList = named('ReactorList', { items: Type.Array(ref(Reactor)) }, { description: 'Every reactor.' })
