/** A process that passes a crash point five times and says each time: `node --import tsx pass-crash-point.ts`. */
import { requireConfig } from '../../app/config/config.ts'
import { crashPoints } from '../../app/crash-points.ts'

const pass = crashPoints(requireConfig(process.env))

for (let passage = 1; passage <= 5; passage++) {
  pass('append.before')
  pass('append.after')
  process.stdout.write(`${String(passage)}\n`)
}
