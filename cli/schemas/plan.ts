/** `schemas plan`: what registering would do to the registry of an environment. */
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { changesFor } from '../../contract/plan/make-plan.ts'
import { isEmpty, planOf, type Plan } from '../../contract/plan/plan-file.ts'
import { publishedSubjects, type Published } from '../../contract/plan/published-subjects.ts'
import { readOnlyPart } from '../../contract/plan/registry-mode.ts'
import { readRegistryState } from '../../contract/plan/registry-state.ts'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import { addFolderOption, folderOf, obeyed, type FolderOptions } from './folder.ts'
import { planText } from '../output/plan-text.ts'
import {
  addRegistryOptions,
  answered,
  registryOf,
  type FoundRegistry,
  type RegistryOptions,
} from '../client/schema-registry.ts'

interface PlanOptions extends FolderOptions, RegistryOptions {
  readonly out?: string
}

const details = `
Compares what is published (schemas.lock, and the command PlaceOrder) with what the registry has, both ways, and writes
nothing to the registry.
Exits with 0 if nothing is to do, with 1 if it finds changes or drift, with 3 if the registry is unreachable.
--out writes the plan to a file for review; orderledger schemas apply applies exactly that plan.`

export function registerPlan(schemas: Command, context: CommandContext): void {
  addFolderOption(addRegistryOptions(schemas.command('plan')))
    .option('--out <file>', 'write the plan to a file, for review and apply')
    .description('show what an apply would change in the registry of an environment')
    .addHelpText('after', details)
    .addHelpText(
      'after',
      examples(
        'orderledger schemas plan --env staging --out plan.json',
        'orderledger schemas plan --env local --registry http://127.0.0.1:3000/registry',
      ),
    )
    .action(async (options: PlanOptions) => {
      const found = registryOf(context, options)
      const { plan, published, readOnly } = await planFor(found, options)
      if (options.out !== undefined) writeFileSync(resolve(options.out), `${JSON.stringify(plan, null, 2)}\n`)
      const { unpublished } = published
      context.output.result({ ...plan, unpublished, readOnly }, () => {
        const text = planText(plan, { unpublished, readOnly }, context.output)
        return options.out === undefined ? text : `${text}\n${nextStep(plan, options)}`
      })
      if (!isEmpty(plan)) context.exitWith(1)
    })
}

export interface MadePlan {
  readonly plan: Plan
  readonly published: Published
  /** Why the registry takes no writes; null: it does. */
  readonly readOnly: string | null
}

/** The plan as it is due now. Rejects with a StartFailure. */
export async function planFor(
  found: FoundRegistry,
  options: FolderOptions & Pick<RegistryOptions, 'env'>,
): Promise<MadePlan> {
  const { env: environment } = options
  const published = obeyed(() => publishedSubjects(folderOf(options), environment), {
    exitCode: 1,
    tried: 'to read what is published',
    next: 'orderledger schemas check',
  })
  const { wanted, lock } = published
  const asked = wanted.map(({ subject, versions }) => ({ subject, schemas: versions.map(({ schema }) => schema) }))
  return answered(found, async () => {
    const state = await readRegistryState(found.registry, asked)
    const changes = changesFor(wanted, state)
    const written = new Set(changes.steps.filter((step) => step.do !== 'record-id').map(({ subject }) => subject))
    const readOnly = written.size === 0 ? null : await readOnlyPart(found.ask, [...written])
    return { plan: planOf({ environment, registry: found.base, lock, wanted, state, changes }), published, readOnly }
  })
}

function nextStep({ steps, obstacles }: Plan, { env, out }: PlanOptions): string {
  if (obstacles.length > 0 || steps.length === 0) return `written to ${String(out)}`
  return `written to ${String(out)}\nnext: have it reviewed, then run orderledger schemas apply --env ${env} --plan ${String(out)}`
}
