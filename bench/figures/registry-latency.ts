import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { atMost, figure, inRounds, stated } from '../figure.ts'
import { loadOpen } from '../load/open-loop.ts'
import { startService } from '../service/measured-service.ts'

/** How long a consumer waits that meets an id for the first time. */
export const registryLatency = figure({
  id: 'R1',
  title: 'GET /registry/schemas/ids/{id} at 1,000 a second, evenly spaced',
  numbers: {
    p99: atMost('p99 of GET /schemas/ids/{id} at 1,000 a second', 'ms', { must: 5 }),
    p50: stated('p50 of GET /schemas/ids/{id} at 1,000 a second', 'ms'),
    max: stated('slowest GET /schemas/ids/{id} at 1,000 a second', 'ms'),
    answered: stated('GET /schemas/ids/{id} answered while 1,000 a second were due', '/s'),
  },
  async run(context) {
    const { url } = await startService(context.scope)
    const schemas = (await (await fetch(`${url}/registry/schemas`)).json()) as readonly { readonly id: number }[]
    const lines = join(context.scope.folder(), 'paths')
    writeFileSync(lines, schemas.map(({ id }) => `/registry/schemas/ids/${id}`).join('\n'))
    return inRounds(context, async () => {
      const load = { url, method: 'GET', lines, connections: 16, rate: 1_000, seconds: context.seconds } as const
      const { p99, p50, max, perSecond } = await loadOpen(load)
      return { p99, p50, max, answered: perSecond }
    })
  },
})
