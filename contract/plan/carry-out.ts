/** Carries out the steps of a plan, one after the other. Each can be repeated: what is there already stays as it is. */
import type { SchemaRegistry } from '../registry/schema-registry.ts'
import type { PlanStep, WantedSubject } from './make-plan.ts'

/** An id that the registry has given to a version. */
export interface GivenId {
  readonly subject: string
  readonly version: number
  readonly id: number
}

export interface CarryOut {
  readonly registry: SchemaRegistry
  readonly steps: readonly PlanStep[]
  readonly wanted: readonly WantedSubject[]
  /** Told after each step; the id of a registration as soon as there is one. */
  readonly onStep: (step: PlanStep, given: GivenId | null) => void
}

/** Rejects with the RegistryFailure of the first step that the registry does not take; those before it stand. */
export async function carryOut({ registry, steps, wanted, onStep }: CarryOut): Promise<void> {
  for (const step of steps) {
    const { subject } = step
    switch (step.do) {
      case 'set-level':
        await registry.setLevel(subject, step.level)
        onStep(step, null)
        break
      case 'register': {
        const { version } = step
        onStep(step, { subject, version, id: await registry.register(subject, textOf(wanted, step)) })
        break
      }
      case 'record-id':
        onStep(step, { subject, version: step.version, id: step.id })
        break
    }
  }
}

function textOf(wanted: readonly WantedSubject[], { subject, version }: { subject: string; version: number }): string {
  const found = wanted.find((one) => one.subject === subject)?.versions.find((one) => one.version === version)
  if (found === undefined) throw new Error(`the plan names ${subject} version ${version}, which is not in git`)
  return found.schema
}
