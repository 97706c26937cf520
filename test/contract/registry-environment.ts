/** A copy of the schemas, and the commands that carry them to a registry. */
import { query } from '../support/query.ts'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Changes, PlanStep } from '../../contract/plan/make-plan.ts'
import { parseLock } from '../../contract/authoring/schema-lock.ts'
import type { SchemaProject } from './schema-project.ts'

/** Commands on the copy, in an environment whose registry is at a URL. */
export function registryEnvironment(copy: SchemaProject, url: string, ...more: readonly string[]) {
  const options = ['--env', 'staging', '--registry', url, ...more]
  const file = join(copy.root, 'plan.json')
  return {
    plan: async () => {
      const { code, stdout, stderr } = await copy.run('plan', ...options, '--out', file, '--json')
      if (stdout === '') throw new Error(stderr)
      return { code, ...(JSON.parse(stdout) as Changes & { readonly readOnly: string | null }) }
    },
    planLines: () => copy.run('plan', ...options),
    apply: () => copy.run('apply', ...options, '--plan', file),
    applied: async () => {
      const { code, stdout, stderr } = await copy.run('apply', ...options, '--plan', file)
      expect({ code, stderr }).toMatchObject({ code: 0 })
      return stdout
    },
    file,
  }
}

export function registered(steps: readonly PlanStep[]): readonly string[] {
  return steps.flatMap((step) => (step.do === 'register' ? [`${step.subject} v${step.version}`] : []))
}

export function idsOf(copy: SchemaProject, name: string): readonly (number | undefined)[] {
  const lock = parseLock(copy.read('schemas.lock'))
  return Object.values(lock).flatMap(({ versions }) => versions.map(({ ids }) => ids?.[name]))
}

/** Takes away all that an embedded registry has, as nobody could over HTTP. */
export async function emptyRegistry(databaseUrl: string): Promise<void> {
  await query(
    databaseUrl,
    'truncate registry.schemas, registry.schema_references, registry.versions, registry.settings',
  )
}
