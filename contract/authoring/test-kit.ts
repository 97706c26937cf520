/** A copy of the schemas to break, in a temporary folder. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { EventSchema, FieldSchema } from '../../schemas/avro-schema.ts'
import { formatSchema } from './format-schema.ts'

export class SchemaCopy {
  readonly folder: string

  constructor() {
    this.folder = join(mkdtempSync(join(tmpdir(), 'schemas-')), 'schemas')
    const code = /\.spec\.ts$/
    cpSync(join(import.meta.dirname, '../../schemas'), this.folder, {
      recursive: true,
      filter: (path) => !code.test(path),
    })
  }

  remove(): void {
    rmSync(dirname(this.folder), { recursive: true })
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8')
  }

  write(file: string, content: string | Buffer): void {
    const path = join(this.folder, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
  }

  delete(file: string): void {
    rmSync(join(this.folder, file))
  }

  /** Throws when the text is not there: a test that breaks nothing would pass for nothing. */
  edit(file: string, from: string, to: string): void {
    const text = this.read(file)
    if (!text.includes(from)) throw new Error(`${file} has no ${from}`)
    this.write(file, text.replace(from, to))
  }

  /** Writes a version from the one before it. */
  addVersion(event: string, version: number, change: (schema: EventSchema) => object): void {
    const last = JSON.parse(this.read(`${event}/v${version - 1}.avsc`)) as EventSchema
    this.write(`${event}/v${version}.avsc`, formatSchema(change(last)))
  }

  /** Writes a version with these fields at its end. */
  addFields(event: string, version: number, ...fields: readonly object[]): void {
    this.addVersion(event, version, (last) => ({ ...last, fields: [...last.fields, ...fields] }))
  }
}

/** A schema with one of its fields replaced. */
export function changing(
  name: string,
  change: (field: FieldSchema) => FieldSchema,
): (schema: EventSchema) => EventSchema {
  return (schema) => ({
    ...schema,
    fields: schema.fields.map((field) => (field.name === name ? change(field) : field)),
  })
}
