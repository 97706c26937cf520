/** The attackers, in a process of their own: `URL TOKEN SEED`; a line of JSON at the end of its standard input. */
import { setMaxListeners } from 'node:events'
import { constants, setPriority } from 'node:os'
import { createRandom } from '../../simulation/random.ts'
import { attackUntil } from './hostile-attacks.ts'

// Attackers have machines of their own: what it takes to attack is not taken from the service.
setPriority(constants.priority.PRIORITY_LOW)
const [url = '', token = '', seed = '1'] = process.argv.slice(2)
const end = new AbortController()
// Everybody listens to it.
setMaxListeners(0, end.signal)
process.stdin.on('end', () => end.abort()).resume()
const outcomes: Record<string, Record<string, number>> = {}
await attackUntil({
  ...{ url: new URL(url), token, signal: end.signal, random: createRandom(Number(seed), 'hostile') },
  tell(attack, outcome) {
    const counts = (outcomes[attack] ??= {})
    counts[outcome] = (counts[outcome] ?? 0) + 1
  },
})
console.log(JSON.stringify(outcomes))
process.exit(0)
