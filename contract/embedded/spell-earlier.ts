/**
 * An earlier release told schemas apart by how they were written. What it registered gets the fingerprint of today, each
 * schema once, before somebody looks for one: in any process, and by two at once to the same end.
 */
import type { Judge } from '../judgement/judgement.ts'
import { RegistryRefusal } from './registry-refusal.ts'
import type { Connection, SchemaReference } from './stored-schemas.ts'
import { fingerprintOf, said, storedSource, type ResolvedReference } from './submitted-schema.ts'

/** Read at a time. */
const PAGE = 20

interface Unspelled {
  readonly id: number
  readonly text: string
  readonly references: readonly (SchemaReference & ResolvedReference)[]
}

export async function spellEarlier(db: Connection, judge: Judge): Promise<void> {
  for (;;) {
    const { rows } = await db.query<Unspelled>(
      `select s.id, s.text, coalesce((select json_agg(json_build_object('name', r.name, 'subject', r.subject,
          'version', r.version, 'targetId', r.target_id) order by r.place)
        from registry.schema_references r where r.schema_id = s.id), '[]') as references
      from registry.schemas s where not s.spelled order by s.id limit $1`,
      [PAGE],
    )
    if (rows.length === 0) return
    for (const schema of rows) {
      await db.query(
        'update registry.schemas set fingerprint = coalesce($2, fingerprint), spelled = true where id = $1',
        [schema.id, await fingerprint(db, judge, schema)],
      )
    }
  }
}

/** Null for one that is refused today: it stays known as it was. */
async function fingerprint(db: Connection, judge: Judge, schema: Unspelled): Promise<Buffer | null> {
  try {
    const source = await storedSource(db, schema)
    const question = { schema: source, normalize: false, level: 'NONE', earlier: null, every: false } as const
    const { text } = await said(judge, question)
    return fingerprintOf(text, schema.references)
  } catch (error) {
    if (error instanceof RegistryRefusal) return null
    throw error
  }
}
