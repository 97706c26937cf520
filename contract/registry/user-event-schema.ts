/** UserEvent as a message: under which id a registry has its schema, and the framed bytes. */
import { encodeUserEvent, userEventSchema, type UserEvent } from '../../schemas/behaviour/user-event.ts'
import { EVENT_LEVEL, subjectOf } from '../subject.ts'
import type { SchemaRegistry } from './schema-registry.ts'

export const USER_EVENT_SUBJECT = subjectOf('UserEvent')
export const userEventText = JSON.stringify(userEventSchema)

/** Of the magic byte and the id, in bytes. */
export const USER_EVENT_HEADER = 5

/** For the embedded registry: sees that it has it. */
export async function registerUserEvent(registry: SchemaRegistry): Promise<number> {
  if ((await registry.level(USER_EVENT_SUBJECT)) !== EVENT_LEVEL) {
    await registry.setLevel(USER_EVENT_SUBJECT, EVENT_LEVEL)
  }
  return registry.register(USER_EVENT_SUBJECT, userEventText)
}

/** For a registry that is shared: only looks. Null: it is not there. */
export function lookUpUserEvent(registry: SchemaRegistry): Promise<number | null> {
  return registry.idOf(USER_EVENT_SUBJECT, userEventText)
}

export function frameUserEvent(event: UserEvent, schemaId: number): Buffer {
  const header = Buffer.alloc(USER_EVENT_HEADER)
  header.writeInt32BE(schemaId, 1)
  return Buffer.concat([header, encodeUserEvent(event)])
}
