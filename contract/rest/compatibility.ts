/** /compatibility: whether a schema could follow, without registering it. */
import { incompatibilityMessages } from '../embedded/check-compatibility.ts'
import { versionNotFound } from '../embedded/registry-refusal.ts'
import type { RegistryParts } from '../embedded/register-schema.ts'
import { effectiveLevel } from '../embedded/settings.ts'
import { storedVersion, versionsWithSchemas, type StoredVersion } from '../embedded/stored-schemas.ts'
import { submittedSchema } from '../embedded/submitted-schema.ts'
import { flag, registrationOf, subjectOf, versionOf, type Asked } from './request.ts'
import { asking, type Route } from './route.ts'

const VERSIONS = '/compatibility/subjects/:subject/versions'

export function compatibilityRoutes(parts: RegistryParts): readonly Route[] {
  return [
    asking(VERSIONS, async (asked) =>
      check(parts, asked, await versionsWithSchemas(parts.pool, { subject: subjectOf(asked), which: 'live' })),
    ),
    asking(`${VERSIONS}/:version`, async (asked) => check(parts, asked, await oneVersion(parts, asked))),
  ]
}

/** None where the newest of no versions is asked for: anything can be the first. */
async function oneVersion({ pool }: RegistryParts, asked: Asked): Promise<readonly StoredVersion[]> {
  const version = versionOf(asked)
  const found = await storedVersion(pool, subjectOf(asked), version)
  if (found !== null && !found.deleted) return [found]
  if (version === 'latest') return []
  throw versionNotFound(version)
}

async function check({ pool, judge }: RegistryParts, asked: Asked, earlier: readonly StoredVersion[]) {
  const every = flag(asked, 'verbose')
  const { source: next } = await submittedSchema(pool, judge, registrationOf(asked))
  const level = await effectiveLevel(pool, subjectOf(asked))
  const messages = await incompatibilityMessages(pool, judge, { level, next, earlier, every, isGone: asked.isGone })
  return { is_compatible: messages.length === 0, ...(every && { messages }) }
}
