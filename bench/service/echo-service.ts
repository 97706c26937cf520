/** The bare Fastify echo in a process of its own. */
import { join } from 'node:path'
import type { Cleanup } from '../cleanup.ts'
import { NODE_FLAGS, ROOT, startChild, TSX, waitForChild } from './child.ts'

export interface Echo {
  readonly url: string
  readonly pid: number
}

export async function startEcho(scope: Cleanup): Promise<Echo> {
  const folder = scope.folder()
  const echo = startChild(scope, {
    command: process.execPath,
    args: [...NODE_FLAGS, ...TSX, join(ROOT, 'bench/echo.ts')],
    cwd: folder,
    logFile: join(folder, 'echo.log'),
  })
  await waitForChild(echo, () => echo.tail().endsWith('\n'))
  return { url: echo.tail().trim(), pid: echo.pid }
}
