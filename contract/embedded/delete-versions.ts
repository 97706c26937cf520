/** Deletes versions: softly first, which a look-up can still find, then for good. Schemas stay readable by their ids. */
import type pg from 'pg'
import { referenceExists, subjectNotFound, subjectNotSoftDeleted, subjectSoftDeleted } from './registry-refusal.ts'
import { versionNotFound, versionNotSoftDeleted, versionSoftDeleted } from './registry-refusal.ts'
import { dropSettings, requireWritable } from './settings.ts'
import { referencingIds, storedVersion, versionNumbers, type Connection } from './stored-schemas.ts'
import { writeTransaction } from './write-transaction.ts'

export interface Deletion {
  readonly permanent: boolean
}

/** Returns the versions that were deleted: softly, those that were not; for good, all. */
export function deleteSubject(pool: pg.Pool, subject: string, { permanent }: Deletion): Promise<readonly number[]> {
  return writeTransaction(pool, async (client) => {
    const all = await versionNumbers(client, subject, 'all')
    if (all.length === 0) throw subjectNotFound(subject)
    await requireWritable(client, subject)
    const live = await versionNumbers(client, subject, 'live')
    if (permanent && live.length > 0) throw subjectNotSoftDeleted(subject)
    if (!permanent && live.length === 0) throw subjectSoftDeleted(subject)
    const versions = permanent ? all : live
    await remove(client, subject, { versions, permanent })
    return versions
  })
}

/** Returns the number of the version. */
export function deleteVersion(
  pool: pg.Pool,
  { subject, version }: { readonly subject: string; readonly version: number | 'latest' },
  { permanent }: Deletion,
): Promise<number> {
  return writeTransaction(pool, async (client) => {
    const found = await storedVersion(client, subject, version)
    if (found === null) throw await missing(client, subject, version)
    await requireWritable(client, subject)
    if (permanent && !found.deleted) throw versionNotSoftDeleted(subject, found.version)
    if (!permanent && found.deleted) throw versionSoftDeleted(subject, found.version)
    await remove(client, subject, { versions: [found.version], permanent })
    return found.version
  })
}

async function missing(db: Connection, subject: string, version: number | 'latest'): Promise<Error> {
  const any = await versionNumbers(db, subject, 'all')
  return any.length === 0 || version === 'latest' ? subjectNotFound(subject) : versionNotFound(version)
}

async function remove(
  client: pg.PoolClient,
  subject: string,
  { versions, permanent }: { readonly versions: readonly number[]; readonly permanent: boolean },
): Promise<void> {
  for (const version of versions) {
    // Whatever becomes of the versions, an id can be asked for, with all that it refers to.
    const users = await referencingIds(client, { subject, version }, permanent ? 'all' : 'live')
    if (users.length > 0) throw referenceExists(subject, version)
  }
  await client.query(
    permanent
      ? 'delete from registry.versions where subject = $1 and version = any($2)'
      : 'update registry.versions set deleted = true where subject = $1 and version = any($2)',
    [subject, versions],
  )
  const left = await versionNumbers(client, subject, 'live')
  if (left.length === 0) await dropSettings(client, subject)
}
