/** What a registry should have: every version that is published, as the schema files have it, and what others send. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lockBreaches, parseLock } from '../authoring/schema-lock.ts'
import { readSchemaFiles, SchemaRuleError } from '../authoring/schema-files.ts'
import { EVENT_LEVEL, subjectOf } from '../subject.ts'
import { PLACE_ORDER_SUBJECT, placeOrderText } from '../registry/command-schema.ts'
import { USER_EVENT_SUBJECT, userEventText } from '../registry/user-event-schema.ts'
import type { WantedSubject } from './make-plan.ts'

export interface Published {
  readonly wanted: readonly WantedSubject[]
  /** The lock as it stands. */
  readonly lock: string
  /** Schema files that are not in the lock, and so not published. */
  readonly unpublished: readonly string[]
}

export const LOCK = 'schemas.lock'

/** Orders in Avro come under it (kafka/inbound/command-topics.ts). No file and no lock has it: a command is not stored. */
export const placeOrder: WantedSubject = {
  subject: PLACE_ORDER_SUBJECT,
  level: EVENT_LEVEL,
  isLocked: false,
  versions: [{ version: 1, schema: placeOrderText, recorded: null }],
}

/** What customers do comes under it, to the topic user-events. Chunks hold it for days, so no file and no lock has it either. */
export const userEvent: WantedSubject = {
  ...placeOrder,
  subject: USER_EVENT_SUBJECT,
  versions: [{ version: 1, schema: userEventText, recorded: null }],
}

/** Throws SchemaRuleError when a published version is not as it was published. */
export function publishedSubjects(folder: string, environment: string): Published {
  const files = readSchemaFiles(folder)
  const text = readFileSync(join(folder, LOCK), 'utf8')
  const lock = parseLock(text)
  const unsampled = files.map((file) => ({ ...file, golden: null }))
  const [breach] = lockBreaches(unsampled, lock)
  if (breach !== undefined) throw new SchemaRuleError(breach.message)
  const wanted = Object.entries(lock).map(([subject, { level, versions }]): WantedSubject => {
    const published = versions.map(({ version, ids }) => {
      const file = files.find((one) => subjectOf(one.event) === subject && one.version === version)
      if (file === undefined) throw new Error(`${subject} version ${version} is in schemas.lock but has no file`)
      return { version, schema: JSON.stringify(file.schema), recorded: ids?.[environment] ?? null }
    })
    return { subject, level, isLocked: true, versions: published }
  })
  const unpublished = files.filter(
    ({ event, version }) => !lock[subjectOf(event)]?.versions.some((one) => one.version === version),
  )
  return { wanted: [...wanted, placeOrder, userEvent], lock: text, unpublished: unpublished.map(({ file }) => file) }
}
