/** The embedded registry's REST face, behind the same tokens and limits as everything else. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { judgeThread } from '../../contract/judgement/judge-thread.ts'
import { registryRest, sendUnrouted, type Explained } from '../../contract/rest/rest.ts'
import type { ApiServer } from '../api-server.ts'
import { occurrenceOf, type ReportDefect } from '../http/error-handler.ts'
import { headersOf, type Occurrence } from '../http/problem-document.ts'
import type { ApiParts } from '../parts.ts'
import { PROBLEMS } from '../http/problems.ts'

const REGISTRY_PREFIX = '/registry'

/** Not there where another registry is used. Reading, looking up and checking are for readers, all else for admins. */
export function registryRoutes(
  app: ApiServer,
  { registry, settings }: Pick<ApiParts, 'registry' | 'settings'>,
  reportDefect: ReportDefect,
): void {
  if (registry === null) return
  const { judge, stop } = judgeThread()
  app.addHook('onClose', stop)
  app.register(registryRest, {
    prefix: REGISTRY_PREFIX,
    pool: registry,
    judge,
    version: settings.version,
    configs: {
      read: { role: 'read', uses: 'registry' },
      write: { role: 'admin', uses: 'registry' },
      judge: { uses: 'judge' },
    },
    explain: (request, error) => {
      const occurrence = occurrenceOf(error)
      if (occurrence.code === 'internal-error') reportDefect(request, error)
      return explained(occurrence)
    },
  })
}

/** Answers a request below /registry that never came to a route; false: it is not for the registry. */
export function refuseUnrouted(request: FastifyRequest, reply: FastifyReply, error: unknown): boolean {
  if (!request.url.startsWith(`${REGISTRY_PREFIX}/`)) return false
  sendUnrouted(request, reply, explained(occurrenceOf(error)))
  return true
}

function explained(occurrence: Occurrence): Explained {
  return { status: PROBLEMS[occurrence.code].status, message: occurrence.detail, headers: headersOf(occurrence) }
}
