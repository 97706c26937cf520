/** `schemas apply`: carries out a reviewed plan, and nothing else. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { StartFailure } from '../../app/start-failure.ts'
import { carryOut, type GivenId } from '../../contract/plan/carry-out.ts'
import type { PlanStep } from '../../contract/plan/make-plan.ts'
import { movedSince, readPlan, type Plan, type Reviewed } from '../../contract/plan/plan-file.ts'
import { LOCK } from '../../contract/plan/published-subjects.ts'
import { DRAFT, uncommittedFiles } from '../../contract/authoring/git-state.ts'
import { GitRefused } from '../../contract/authoring/git-texts.ts'
import { lockWithIds } from '../../contract/authoring/schema-lock.ts'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import { addFolderOption, folderOf, type FolderOptions } from './folder.ts'
import { planFor, type MadePlan } from './plan.ts'
import { stepText } from '../output/plan-text.ts'
import { addRegistryOptions, answered, registryOf, type RegistryOptions } from '../client/schema-registry.ts'

interface ApplyOptions extends FolderOptions, RegistryOptions {
  readonly plan?: string
}

const details = `
Applies only a plan written by orderledger schemas plan --out, and only if git and the registry have not changed since
and everything below schemas/ is committed. It writes the ids that the registry gives to versions of events into
schemas.lock: commit them. If everything is applied already, it says so and changes nothing.
Exits with 1 if it refuses, with 3 if the registry is unreachable. Completed steps stay; a new plan contains the rest.`

export function registerApply(schemas: Command, context: CommandContext): void {
  addFolderOption(addRegistryOptions(schemas.command('apply')))
    .option('--plan <file>', 'the reviewed plan')
    .description('register published schemas, exactly as a reviewed plan says')
    .addHelpText('after', details)
    .addHelpText(
      'after',
      examples(
        'orderledger schemas apply --env staging --plan plan.json',
        'orderledger schemas apply --env local --plan plan.json --registry http://127.0.0.1:3000/registry',
      ),
    )
    .action((options: ApplyOptions) => apply(context, options))
}

async function apply(context: CommandContext, options: ApplyOptions): Promise<void> {
  const { env } = options
  const folder = folderOf(options)
  const reviewed = reviewedPlan(options)
  requireCommitted(folder)
  const found = registryOf(context, options)
  const made = await planFor(found, options)
  const { plan, published } = made
  if (isApplied(reviewed, plan)) {
    context.output.result(
      { applied: [], ids: [] },
      () => `✔ nothing to do for ${env}: ${plan.unchanged} versions as in git`,
    )
    return
  }
  requireSame(reviewed, made, options)
  const applied: PlanStep[] = []
  const ids: GivenId[] = []
  let isLockChanged = false
  const onStep = (step: PlanStep, given: GivenId | null): void => {
    applied.push(step)
    if (given !== null) {
      ids.push(given)
      const lock = lockWithIds(published.lock, env, ids)
      isLockChanged = lock !== published.lock
      if (isLockChanged) writeLock(folder, lock)
    }
    context.output.note(`${applied.length} of ${plan.steps.length}: ${stepText(step)}${idText(step, given)}`)
  }
  await answered(found, () =>
    carryOut({ registry: found.registry, steps: plan.steps, wanted: published.wanted, onStep }),
  )
  context.output.result({ applied, ids }, () =>
    [
      `✔ ${applied.length} steps applied to ${env} (${found.base})`,
      ...(isLockChanged ? [`next: commit the ids in schemas/${LOCK}`] : []),
    ].join('\n'),
  )
}

function reviewedPlan({ plan: file, env }: ApplyOptions): Reviewed {
  if (file === undefined) throw refusal('no-plan', `no reviewed plan for ${env}`, env)
  const text = textOf(file, env)
  const reviewed = readPlan(text)
  if (reviewed === null) throw refusal('no-plan', `${file} is not a plan`, env)
  return reviewed
}

function textOf(file: string, env: string): string {
  try {
    return readFileSync(resolve(file), 'utf8')
  } catch (cause) {
    throw refusal('no-plan', cause instanceof Error ? cause.message : String(cause), env, cause)
  }
}

function requireCommitted(folder: string): void {
  const tried = 'to compare the plan with what was reviewed'
  try {
    const [first, ...others] = uncommittedFiles(folder)
    if (first === undefined) return
    const more = others.length === 0 ? '' : ` and ${others.length} more`
    const what = `schemas/${first}${more} has uncommitted changes`
    throw new StartFailure({ code: 'uncommitted-schemas', exitCode: 1, what, tried, next: 'git status schemas' })
  } catch (cause) {
    if (!(cause instanceof GitRefused)) throw cause
    const next = cause.next ?? 'apply from a clone of the repository'
    throw new StartFailure({ code: cause.code, exitCode: 1, what: cause.message, tried, next }, { cause })
  }
}

/** What a plan for this registry and this lock left to be done is done. */
function isApplied(reviewed: Reviewed, now: Plan): boolean {
  return (
    now.steps.length === 0 &&
    now.obstacles.length === 0 &&
    reviewed.environment === now.environment &&
    reviewed.registry === now.registry &&
    reviewed.lock === now.lock
  )
}

function requireSame(reviewed: Reviewed, { plan, readOnly }: MadePlan, { env }: ApplyOptions): void {
  const moved = movedSince(reviewed, plan)
  if (moved !== null) throw refusal('plan-outdated', moved, env)
  const [obstacle] = plan.obstacles
  if (obstacle !== undefined) {
    const { subject, version, why } = obstacle
    throw refusal('schema-incompatible', `${subject} v${version} would be refused: ${why}`, env)
  }
  if (readOnly !== null) throw refusal('registry-refused', `${readOnly}: nothing was applied`, env)
}

/** Whole or not at all: a process that dies leaves the one or the other. */
function writeLock(folder: string, text: string): void {
  const draft = join(folder, DRAFT)
  writeFileSync(draft, text)
  renameSync(draft, join(folder, LOCK))
}

function idText(step: PlanStep, given: GivenId | null): string {
  return step.do === 'register' && given !== null ? `, id ${given.id}` : ''
}

function refusal(code: string, what: string, env: string, cause?: unknown): StartFailure {
  const tried = `to apply a plan to ${env}`
  const next = `run orderledger schemas plan --env ${env} --out plan.json, and have it reviewed`
  return new StartFailure({ code, exitCode: 1, what, tried, next }, { cause })
}
