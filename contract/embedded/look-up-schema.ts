/** Finds the version of a subject that a schema is, however it is spelled. */
import type { RegistryParts } from './register-schema.ts'
import { spellEarlier } from './spell-earlier.ts'
import { versionOfFingerprint, type StoredVersion, type Which } from './stored-schemas.ts'
import { submittedSchema, type Submission } from './submitted-schema.ts'

/** Null when it is none of them. Throws a RegistryRefusal for what is not a schema. */
export async function lookUpSchema(
  { pool, judge }: RegistryParts,
  subject: string,
  { which, ...submission }: Submission & { readonly which: Which },
): Promise<StoredVersion | null> {
  const { fingerprint } = await submittedSchema(pool, judge, submission)
  await spellEarlier(pool, judge)
  return versionOfFingerprint(pool, subject, { fingerprint, which })
}
