/** What the embedded registry refuses, with Confluent's status, error code and words. */
import { cut } from '../compatibility/cut.ts'

export interface RegistryRefusalDetails {
  readonly status: number
  readonly errorCode: number
  readonly message: string
}

/** On its way out of a transaction, which it ends. */
export class RegistryRefusal extends Error {
  readonly status: number
  readonly errorCode: number
  override readonly name = 'RegistryRefusal'

  constructor({ status, errorCode, message }: RegistryRefusalDetails, options?: ErrorOptions) {
    super(message, options)
    this.status = status
    this.errorCode = errorCode
  }
}

export function subjectNotFound(subject: string): RegistryRefusal {
  return new RegistryRefusal({ status: 404, errorCode: 40401, message: `Subject '${subject}' not found.` })
}

export function versionNotFound(version: number): RegistryRefusal {
  return new RegistryRefusal({ status: 404, errorCode: 40402, message: `Version ${String(version)} not found.` })
}

export function schemaNotFound(id: number | null): RegistryRefusal {
  const which = id === null ? 'Schema' : `Schema ${String(id)}`
  return new RegistryRefusal({ status: 404, errorCode: 40403, message: `${which} not found` })
}

export function subjectSoftDeleted(subject: string): RegistryRefusal {
  const message = `Subject '${subject}' was soft deleted. Set permanent=true to delete permanently`
  return new RegistryRefusal({ status: 404, errorCode: 40404, message })
}

export function subjectNotSoftDeleted(subject: string): RegistryRefusal {
  const message = `Subject '${subject}' was not deleted first before being permanently deleted`
  return new RegistryRefusal({ status: 404, errorCode: 40405, message })
}

export function versionSoftDeleted(subject: string, version: number): RegistryRefusal {
  const which = `Subject '${subject}' Version ${String(version)}`
  const message = `${which} was soft deleted. Set permanent=true to delete permanently`
  return new RegistryRefusal({ status: 404, errorCode: 40406, message })
}

export function versionNotSoftDeleted(subject: string, version: number): RegistryRefusal {
  const which = `Subject '${subject}' Version ${String(version)}`
  const message = `${which} was not deleted first before being permanently deleted`
  return new RegistryRefusal({ status: 404, errorCode: 40407, message })
}

export function levelNotConfigured(subject: string): RegistryRefusal {
  const message = `Subject '${subject}' does not have subject-level compatibility configured`
  return new RegistryRefusal({ status: 404, errorCode: 40408, message })
}

export function modeNotConfigured(subject: string): RegistryRefusal {
  const message = `Subject '${subject}' does not have subject-level mode configured`
  return new RegistryRefusal({ status: 404, errorCode: 40409, message })
}

/** Newer releases of Confluent's say 40901; clients look at the status. */
export function incompatible(subject: string, breaches: readonly string[]): RegistryRefusal {
  const message = `Schema being registered is incompatible with an earlier schema for subject "${subject}", details: [${breaches.join(', ')}]`
  return new RegistryRefusal({ status: 409, errorCode: 409, message })
}

export function invalidSchema(why: string, cause?: unknown): RegistryRefusal {
  return new RegistryRefusal({ status: 422, errorCode: 42201, message: `Invalid schema: ${why}` }, { cause })
}

export function invalidVersion(version: string): RegistryRefusal {
  const message = `The specified version '${version}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string "latest"`
  return new RegistryRefusal({ status: 422, errorCode: 42202, message })
}

export function invalidLevel(levels: readonly string[]): RegistryRefusal {
  const message = `Invalid compatibility level. Valid values are ${levels.join(', ')}`
  return new RegistryRefusal({ status: 422, errorCode: 42203, message })
}

export function invalidMode(modes: readonly string[]): RegistryRefusal {
  return new RegistryRefusal({
    status: 422,
    errorCode: 42204,
    message: `Invalid mode. Valid values are ${modes.join(', ')}`,
  })
}

export function notPermitted(message: string): RegistryRefusal {
  return new RegistryRefusal({ status: 422, errorCode: 42205, message })
}

export function referenceExists(subject: string, version: number): RegistryRefusal {
  const message = `One or more references exist to the schema of subject '${subject}', version ${String(version)}`
  return new RegistryRefusal({ status: 422, errorCode: 42206, message })
}

export function invalidSubject(subject: string): RegistryRefusal {
  const message = `The specified subject '${cut(subject.replace(/[\p{Cc}\p{Cs}]/gu, '\u{FFFD}'))}' is not a valid subject`
  return new RegistryRefusal({ status: 422, errorCode: 42208, message })
}
