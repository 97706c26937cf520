import { decode, encode } from '../../schemas/codec.ts'
import { figure, inRounds, stated } from '../figure.ts'
import { callsPerSecond, ORDER } from '../order-event.ts'

/** What writing and reading an event costs, on one core. */
export const codec = figure({
  id: 'C1',
  title: 'an OrderPlaced of three lines to Avro and back',
  numbers: {
    encode: stated('events encoded', '/s'),
    decode: stated('events decoded', '/s'),
  },
  run: (context) => {
    const { type, schemaVersion, data } = encode(ORDER)
    const seconds = Math.min(context.seconds, 2)
    const writing = () => encode(ORDER)
    const reading = () => decode(type, schemaVersion, data)
    callsPerSecond(writing, 0.5)
    callsPerSecond(reading, 0.5)
    return inRounds(context, () =>
      Promise.resolve({ encode: callsPerSecond(writing, seconds), decode: callsPerSecond(reading, seconds) }),
    )
  },
})
