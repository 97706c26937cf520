/** What the soak of lives does to its shop: each fault lasts a moment and is made good again. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Faults } from '../../app/gateway/behaviour.ts'
import type { Random } from '../../simulation/random.ts'
import type { ScriptedSmtp } from '../reactors/scripted-smtp.ts'
import type { TextBridge } from '../reactors/text-bridge.ts'
import type { Supervisor } from '../faults/supervisor.ts'
import { pauseReactor, resumeReactor } from '../../reactors/serving/reactor-table.ts'
import type { Pool } from '../../store/postgres/database.ts'

export interface LifeScene {
  readonly services: readonly Supervisor[]
  readonly smtp: ScriptedSmtp
  readonly bridge: TextBridge
  readonly gateway: {
    stop(): Promise<void>
    start(faults: Faults): Promise<void>
  }
  readonly random: Random
  readonly pool: Pool
}

interface Fault {
  readonly name: string
  readonly run: (scene: LifeScene) => Promise<void>
}

const gatewayFaults: readonly Fault[] = [
  ...(
    [
      ['answers nothing', { timeout: 0.5 }],
      ['answers 500', { 500: 0.5 }],
      ['answers garbage', { garbage: 0.5 }],
      ['is slow', { slow: 0.3 }],
      ['loses its answers', { lost: 0.5 }],
      ['tells twice', { twice: 1 }],
      ['refuses refunds', { refused: 0.5 }],
      ['names another amount', { amount: 0.5 }],
      ['does all of it', { timeout: 0.1, 500: 0.1, garbage: 0.1, slow: 0.1, lost: 0.1, twice: 0.5, refused: 0.2 }],
    ] as const
  ).map(([name, faults]) => ({
    name: `gateway ${name}`,
    async run({ gateway, random }: LifeScene) {
      await gateway.stop()
      await gateway.start(faults)
      await pause(random.int(500, 3_000))
      await gateway.stop()
      await gateway.start({})
    },
  })),
  {
    name: 'gateway down',
    async run({ gateway, random }) {
      await gateway.stop()
      await pause(random.int(500, 8_000))
      await gateway.start({})
    },
  },
]

/** Now and then in the place of another one. */
const longOutage: Fault = {
  name: 'gateway down for a minute',
  async run({ gateway }) {
    await gateway.stop()
    await pause(60_000)
    await gateway.start({})
  },
}
const LONG_OUTAGES = 0.005

const smtpFaults: readonly Fault[] = [
  ...(
    [
      ['refuses everybody at the greeting', { greeting: '554 5.7.1 you are on a list' }],
      ['refuses the sender', { MAIL: '553 5.1.8 not yours' }],
      ['puts recipients off', { RCPT: '450 4.2.0 greylisted' }],
      ['puts messages off', { message: '451 4.7.1 later' }],
      ['closes in the middle of a message', { DATA: '421 4.3.2 closing' }],
      ['drops connections after the message', { message: 'drop' }],
      ['says nothing', { message: 'silence' }],
      ['sends a byte now and then', { RCPT: 'trickle' }],
    ] as const
  ).map(([name, script]) => ({
    name: `mail server ${name}`,
    async run({ smtp, random }: LifeScene) {
      smtp.script = script
      await pause(random.int(500, 3_000))
      smtp.script = {}
      smtp.cutAll()
    },
  })),
  {
    name: 'mail server down',
    async run({ smtp, random }) {
      const { port } = smtp
      await smtp.close()
      await pause(random.int(500, 5_000))
      await smtp.open(port)
    },
  },
  {
    name: 'text bridge fails',
    async run({ bridge, random }) {
      bridge.answer = random.pick([503, null])
      await pause(random.int(500, 3_000))
      bridge.answer = 204
    },
  },
]

/** What it would score meanwhile is charged. */
const scorerFaults: readonly Fault[] = [
  {
    name: 'scorer paused',
    async run({ pool, random }) {
      await pauseReactor(pool, 'fraud', 'a fault')
      await pause(random.int(500, 3_000))
      await resumeReactor(pool, 'fraud')
      await pause(random.int(1_000, 10_000))
    },
  },
]

/** Where a start takes long, as on a busy machine, it lives as long as that took before it is killed: else nobody is ever answered. */
function killOf(supervisor: Supervisor): Fault {
  let startMs = 0
  return {
    name: 'service killed',
    async run({ random }) {
      await pause(random.int(0, Math.max(3_000, Math.round(startMs))))
      await supervisor.restarted()
      await supervisor.service.kill()
      const killedAt = performance.now()
      await supervisor.restarted()
      startMs = performance.now() - killedAt
    },
  }
}

/** A hand for each service, one for the gateway, one for messages, one for the scorer: each does one fault after the other until `until` says enough. */
export async function doHarm(scene: LifeScene, counts: Map<string, number>, until: () => boolean): Promise<void> {
  await Promise.all(
    [...scene.services.map((service) => [killOf(service)]), gatewayFaults, smtpFaults, scorerFaults].map(
      async (faults) => {
        while (!until()) {
          const long = faults === gatewayFaults && scene.random.unit() < LONG_OUTAGES
          const { name, run } = long ? longOutage : scene.random.pick(faults)
          await run(scene)
          counts.set(name, (counts.get(name) ?? 0) + 1)
        }
      },
    ),
  )
}
