/** The embedded registry's REST face, behind the same tokens and limits as everything else. */
import { registryRest } from '../registry/rest.ts'
import type { ApiServer } from './api-server.ts'
import { occurrenceOf, type ReportDefect } from './http/error-handler.ts'
import { headersOf } from './http/problem-document.ts'
import type { ApiParts } from './parts.ts'
import { PROBLEMS } from './problems.ts'

export const REGISTRY_PREFIX = '/registry'

/** Not there where another registry is used. Reading, looking up and checking are for readers, all else for admins. */
export function registryRoutes(app: ApiServer, parts: ApiParts, reportDefect: ReportDefect): void {
  const { registry, settings } = parts
  if (registry === null) return
  app.register(registryRest, {
    prefix: REGISTRY_PREFIX,
    pool: registry,
    version: settings.version,
    configs: { read: { role: 'read' }, write: { role: 'admin' } },
    explain: (request, error) => {
      const occurrence = occurrenceOf(error)
      if (occurrence.code === 'internal-error') reportDefect(request, error)
      return {
        status: PROBLEMS[occurrence.code].status,
        message: occurrence.detail,
        headers: headersOf(occurrence),
      }
    },
  })
}
