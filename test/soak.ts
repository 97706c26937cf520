/**
 * `npm run soak -- --minutes M --seed S [--crashes N | --kafka | --poison N | --hostile | --life]`: the fault tests at high counts. Each round runs one scenario,
 * drawn by the seed; every round ends with `verify` and with the clients' journal held against the log. Stops at the
 * first breach, with the seed and the round that shows it again. With --kafka: random faults on a cluster of three.
 * With --hostile: a reader who means harm, beside customers who order. With --life: whole lives of orders, beside faults of
 * services, gateway and mail.
 */
import { parseArgs } from 'node:util'
import { storePointNames } from '../app/crash-points.ts'
import { createRandom } from '../simulation/random.ts'
import { crashAtPoint } from './faults/crash-points.ts'
import { soakWithHostility } from './faults/hostile-soak.ts'
import { soakOnKafka } from './faults/kafka-soak.ts'
import { soakWithLives } from './lives/life-soak.ts'
import { soakWithPoison } from './faults/poison-soak.ts'
import { killAtRandom, killReplaysAtRandom } from './faults/random-kills.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
    crashes: { type: 'string', default: '50' },
    kafka: { type: 'boolean', default: false },
    poison: { type: 'string' },
    hostile: { type: 'boolean', default: false },
    life: { type: 'boolean', default: false },
    rate: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) {
  console.log(`npm run soak -- [--minutes M] [--seed S] [--crashes N]

Kills the service at every named crash point and at random during replays, at least N times each (50), and at random
moments until M minutes (30) are over.

--kafka     kills, stops and restarts brokers, relays, projectors, apis and Postgres at random instead, deletes topics,
            records and offsets, and lets the relay lose records, on a real cluster of three for M minutes; a line of
            JSON for each fault, then a summary; exits with 1 at the first breach
--poison N  sends N bad records mixed one to one with good orders instead: each is parked once, and no order waits
--hostile   lets a client with the role read do what it can to exhaust the service, beside orders, for M minutes instead: it may not
            end, nor take more than 5 times as long for an order at p99, nor more than twice the memory, both measured before
--life      lets people place, pay, dispatch, return and cancel, and review what is on hold, for M minutes instead, while two
            services are killed at random and at named points, and gateway, mail server, text bridge and scorer fail;
            exits with 1 at the first breach
--rate R    with --kafka: orders a second (50); with --poison: records a second (400); with --hostile: orders
            a second (200); with --life: people who live at the same time (8)

Examples:
  npm run soak
  npm run soak -- --minutes 5 --crashes 5 --seed 42
  npm run soak -- --kafka --minutes 30 --seed 7
  npm run soak -- --poison 100000
  npm run soak -- --hostile --minutes 5
  npm run soak -- --life --minutes 30`)
} else if (values.kafka) {
  const [minutes, seed] = [Number(values.minutes), Number(values.seed)]
  await told(`--kafka --minutes ${String(minutes)} --seed ${String(seed)}`, () =>
    soakOnKafka({ minutes, seed, perSecond: Number(values.rate ?? 50), tell: line }),
  )
} else if (values.hostile) {
  const [minutes, seed] = [Number(values.minutes), Number(values.seed)]
  await told(`--hostile --minutes ${String(minutes)} --seed ${String(seed)}`, () =>
    soakWithHostility({ minutes, seed, perSecond: Number(values.rate ?? 200), tell: line }),
  )
} else if (values.life) {
  const [minutes, seed] = [Number(values.minutes), Number(values.seed)]
  await told(`--life --minutes ${String(minutes)} --seed ${String(seed)}`, () =>
    soakWithLives({ minutes, seed, people: Number(values.rate ?? 8), tell: line }),
  )
} else if (values.poison !== undefined) {
  const poison = Number(values.poison)
  await told(`--poison ${String(poison)}`, () =>
    soakWithPoison({ poison, perSecond: Number(values.rate ?? 400), tell: line }),
  )
} else {
  await soak(Number(values.minutes), Number(values.crashes), Number(values.seed))
}

/** The last line is the summary; or what was found, and how to see it again. */
async function told(options: string, run: () => Promise<object>): Promise<void> {
  try {
    line(await run())
  } catch (error) {
    console.error(error)
    console.error(`again: npm run soak -- ${options}`)
    process.exitCode = 1
  }
}

function line(object: object): void {
  console.log(JSON.stringify(object))
}

async function soak(minutes: number, crashes: number, seed: number): Promise<void> {
  const random = createRandom(seed, 'soak').unit
  const began = Date.now()
  const fired = new Map<string, number>()
  for (const point of storePointNames) {
    const count = await crashAtPoint({ point, crashes, random, onCrash: (n) => tell(`${point}: ${String(n)} crashes`) })
    fired.set(point, count)
  }
  const during = await killReplaysAtRandom({ kills: crashes, random })
  fired.set('at random, during replays', during)
  tell(`random kills during replays: ${String(during)}`)
  while (Date.now() - began < minutes * 60_000) {
    const kills = await killAtRandom({ kills: 10, random })
    fired.set('at random', (fired.get('at random') ?? 0) + kills)
    tell(`random kills: ${String(fired.get('at random'))}`)
  }
  console.log(
    `seed ${String(seed)}, ${String(Math.round((Date.now() - began) / 60_000))} minutes, every round verified:`,
  )
  for (const [what, count] of fired) console.log(`  ${what.padEnd(28)} ${String(count)}`)
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`)
}
