/** /subjects: what is registered, registering, looking up, deleting. */
import type pg from 'pg'
import { deleteSubject, deleteVersion } from '../embedded/delete-versions.ts'
import { lookUpSchema } from '../embedded/look-up-schema.ts'
import { registerSchema, type RegistryParts } from '../embedded/register-schema.ts'
import { schemaNotFound, subjectNotFound, versionNotFound } from '../embedded/registry-refusal.ts'
import { referencingIds, storedVersion, subjectNames, versionNumbers } from '../embedded/stored-schemas.ts'
import type { StoredVersion, Which } from '../embedded/stored-schemas.ts'
import { flag, prefixOf, registrationOf, shownAs, subjectOf, versionOf, type Asked } from './request.ts'
import { asking, reading, showing, writing, type Route } from './route.ts'

const SUBJECT = '/subjects/:subject'
const VERSION = '/subjects/:subject/versions/:version'

export function subjectRoutes(parts: RegistryParts): readonly Route[] {
  const { pool } = parts
  return [
    reading('/subjects', (asked) => subjectNames(pool, whichOf(asked), prefixOf(asked))),
    asking(SUBJECT, async (asked) => wholeVersion(await lookUp(parts, asked))),
    writing('DELETE', SUBJECT, (asked) => deleteSubject(pool, subjectOf(asked), deletionOf(asked))),
    reading(`${SUBJECT}/versions`, (asked) => listVersions(pool, asked)),
    writing('POST', `${SUBJECT}/versions`, async (asked) => ({
      id: await registerSchema(parts, subjectOf(asked), registrationOf(asked)),
    })),
    reading(VERSION, async (asked) => wholeVersion(await findVersion(pool, asked))),
    showing(`${VERSION}/schema`, async (asked) => (await findVersion(pool, asked)).text),
    reading(`${VERSION}/referencedby`, async (asked) => referencingIds(pool, await findVersion(pool, asked), 'live')),
    writing('DELETE', VERSION, (asked) => {
      const which = { subject: subjectOf(asked), version: versionOf(asked) }
      return deleteVersion(pool, which, deletionOf(asked))
    }),
  ]
}

/** As Confluent's show it; the type is shown only when it is not AVRO. */
export function wholeVersion({ subject, version, id, text, references }: StoredVersion) {
  return { subject, version, id, ...(references.length > 0 && { references }), schema: text }
}

export function whichOf(asked: Asked): Which {
  if (flag(asked, 'deletedOnly')) return 'deleted'
  return flag(asked, 'deleted') ? 'all' : 'live'
}

/** `?deleted=true` finds softly deleted versions too. */
export async function findVersion(pool: pg.Pool, asked: Asked): Promise<StoredVersion> {
  const subject = subjectOf(asked)
  const version = versionOf(asked)
  const found = await storedVersion(pool, subject, version)
  if (found !== null && (!found.deleted || flag(asked, 'deleted'))) return shownAs(asked, found)
  const known = await versionNumbers(pool, subject, flag(asked, 'deleted') ? 'all' : 'live')
  throw known.length === 0 || version === 'latest' ? subjectNotFound(subject) : versionNotFound(version)
}

async function lookUp(parts: RegistryParts, asked: Asked): Promise<StoredVersion> {
  const subject = subjectOf(asked)
  const which = whichOf(asked)
  const found = await lookUpSchema(parts, subject, { ...registrationOf(asked), which })
  if (found !== null) return found
  const known = await versionNumbers(parts.pool, subject, which)
  throw known.length === 0 ? subjectNotFound(subject) : schemaNotFound(null)
}

async function listVersions(pool: pg.Pool, asked: Asked): Promise<readonly number[]> {
  const subject = subjectOf(asked)
  const versions = await versionNumbers(pool, subject, whichOf(asked))
  if (versions.length > 0) return versions
  const known = await versionNumbers(pool, subject, whichOf(asked) === 'live' ? 'live' : 'all')
  if (known.length === 0) throw subjectNotFound(subject)
  return versions
}

function deletionOf(asked: Asked) {
  return { permanent: flag(asked, 'permanent') }
}
