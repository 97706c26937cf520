/** Files made from the code: openapi.json, docs/errors.md and what the dashboard knows of the API. They are committed, and a spec keeps them fresh. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { clientShapes } from './client-shapes.ts'
import { errorsDocument } from './http/problems.ts'
import { buildDescription } from './server.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The OpenAPI 3.1 document of all routes; the version is that of package.json. */
export async function openApiDocument(): Promise<object> {
  const app = buildDescription(packageVersion())
  await app.ready()
  const document = app.swagger()
  await app.close()
  return document
}

/** Writes them all. */
export async function writeGenerated(): Promise<void> {
  for (const { path, content } of await generated()) writeFileSync(root + path, content)
}

/** The files that are not what the code says, by path. */
export async function staleGenerated(): Promise<readonly string[]> {
  const files = await generated()
  return files
    .filter(({ path, content }) => !existsSync(root + path) || readFileSync(root + path, 'utf8') !== content)
    .map(({ path }) => path)
}

async function generated() {
  const document = await openApiDocument()
  return [
    { path: 'openapi.json', content: `${JSON.stringify(document, null, 2)}\n` },
    { path: 'docs/errors.md', content: errorsDocument() },
    { path: 'dashboard/api-shapes.ts', content: clientShapes(shapesOf(document)) },
  ]
}

function shapesOf(document: object): Readonly<Record<string, unknown>> {
  const { components } = document as { readonly components: { readonly schemas: Readonly<Record<string, unknown>> } }
  return components.schemas
}

function packageVersion(): string {
  const description: unknown = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  const version: unknown = typeof description === 'object' && description && Reflect.get(description, 'version')
  if (typeof version !== 'string') throw new Error('package.json has no version')
  return version
}
