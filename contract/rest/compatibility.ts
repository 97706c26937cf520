/** /compatibility: whether a schema could follow, without registering it. */
import type pg from 'pg'
import { incompatibilityMessages } from '../embedded/check-compatibility.ts'
import { versionNotFound } from '../embedded/registry-refusal.ts'
import { effectiveLevel } from '../embedded/settings.ts'
import { storedVersion, versionsWithSchemas, type StoredVersion } from '../embedded/stored-schemas.ts'
import { parseSubmitted } from '../embedded/submitted-schema.ts'
import { flag, registrationOf, subjectOf, versionOf, type Asked } from './request.ts'
import { asking, type Route } from './route.ts'

const VERSIONS = '/compatibility/subjects/:subject/versions'

export function compatibilityRoutes(pool: pg.Pool): readonly Route[] {
  return [
    asking(VERSIONS, async (asked) =>
      check(pool, asked, await versionsWithSchemas(pool, { subject: subjectOf(asked), which: 'live' })),
    ),
    asking(`${VERSIONS}/:version`, async (asked) => check(pool, asked, await oneVersion(pool, asked))),
  ]
}

/** None where the newest of no versions is asked for: anything can be the first. */
async function oneVersion(pool: pg.Pool, asked: Asked): Promise<readonly StoredVersion[]> {
  const version = versionOf(asked)
  const found = await storedVersion(pool, subjectOf(asked), version)
  if (found !== null && !found.deleted) return [found]
  if (version === 'latest') return []
  throw versionNotFound(version)
}

async function check(pool: pg.Pool, asked: Asked, earlier: readonly StoredVersion[]) {
  const next = await parseSubmitted(pool, registrationOf(asked))
  const level = await effectiveLevel(pool, subjectOf(asked))
  const messages = await incompatibilityMessages(pool, { level, next, earlier })
  return { is_compatible: messages.length === 0, ...(flag(asked, 'verbose') && { messages }) }
}
