/** The schema files that are published as they stand: what the lock knows and nobody has changed since. */
import { schemaTexts, schemaTree, textOf, type SchemaTexts } from '../authoring/schema-files.ts'
import { isPublished, parseLock } from '../authoring/schema-lock.ts'

/** Throws SchemaRuleError when the lock cannot be read. The lock holds no texts: a version that was edited is left out. */
export function publishedTexts(folder: string): SchemaTexts {
  const lock = parseLock(textOf(folder, 'schemas.lock'))
  const published = schemaTree(schemaTexts(folder)).files.filter((file) => isPublished(file, lock))
  return new Map(published.map(({ file, text }) => [file, text]))
}
