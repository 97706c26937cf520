import { join } from 'node:path'
import type { Cleanup } from '../cleanup.ts'
import { atMost, figure, inRounds } from '../figure.ts'
import { ROOT, startChild } from '../service/child.ts'
import { readyService } from '../service/measured-service.ts'

/** `npm start` as a user types it: in a new folder, with the demo orders, and once more. */
export const startTime = figure({
  id: 'F5',
  title: 'npm start until GET /readyz says 200',
  numbers: {
    first: atMost('first start, in an empty folder', 's', { must: 8 }),
    second: atMost('second start', 's', { must: 4 }),
  },
  run: (context) =>
    inRounds(context, async () => {
      const dataDir = context.scope.folder()
      return { first: await startSeconds(context.scope, dataDir), second: await startSeconds(context.scope, dataDir) }
    }),
})

async function startSeconds(scope: Cleanup, dataDir: string): Promise<number> {
  const start = performance.now()
  const npm = startChild(scope, {
    command: 'npm',
    args: ['start'],
    cwd: ROOT,
    env: { DATA_DIR: dataDir },
    logFile: join(dataDir, 'npm.log'),
  })
  await readyService(npm, dataDir)
  const seconds = (performance.now() - start) / 1_000
  // npm passes the signal on and ends when the service has ended.
  await npm.stop()
  return seconds
}
