/** The program of the process that runs the simulated gateway for a service; it ends with the service, however that ends. */
import { systemClock } from '../clock.ts'
import { StartFailure } from '../start-failure.ts'
import type { FromChild, ToChild } from './child-messages.ts'
import { startSimulator, type RunningSimulator } from './start-simulator.ts'

let running: RunningSimulator | null = null

// The kernel closes the channel with the process at its other end: kill -9 of the service ends this one too.
process.on('disconnect', () => process.exit(0))
process.on('message', (message: ToChild) => void hear(message))

async function hear(message: ToChild): Promise<void> {
  switch (message.kind) {
    case 'start':
      try {
        running = await startSimulator({ ...message.options, clock: systemClock })
        tell({ kind: 'listening', url: running.url })
      } catch (error) {
        if (!(error instanceof StartFailure)) throw error
        const { code, exitCode, what, tried, next } = error
        tell({ kind: 'failed', failure: { code, exitCode, what, tried, next } })
      }
      return
    case 'webhooks':
      running?.sendWebhooksTo(message.target)
      return
    case 'stop':
      await running?.stop()
      process.exit(0)
  }
}

function tell(message: FromChild): void {
  process.send?.(message)
}
