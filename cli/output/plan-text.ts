/** A plan, for people: each line says what happens, and why. */
import type { PlanStep } from '../../contract/plan/make-plan.ts'
import { isEmpty, type Plan } from '../../contract/plan/plan-file.ts'
import { styled, type Output } from './output.ts'

export interface Beside {
  readonly unpublished: readonly string[]
  readonly readOnly: string | null
}

export function planText(plan: Plan, { unpublished, readOnly }: Beside, { streams: { stdout } }: Output): string {
  const [plus, minus] = [styled(stdout, 'green', '+'), styled(stdout, 'red', '✖')]
  const { environment, registry, steps, drift, obstacles, unchanged } = plan
  const lines = [
    ...steps.map((step) => `${plus} ${stepText(step)}: ${step.why}`),
    ...drift.map(
      ({ subject, version, why }) =>
        `! ${subject}${version === null ? '' : ` version ${version}`}: ${why}; left unchanged`,
    ),
    ...obstacles.map(({ subject, version, why }) => `${minus} ${subject} v${version} would be refused: ${why}`),
    ...(readOnly === null ? [] : [`${minus} ${readOnly}: nothing can be applied`]),
    ...unpublished.map(
      (file) => `  ${file} is not in schemas.lock, so it is not published; run orderledger schemas codegen`,
    ),
  ]
  const counts = `${count(unchanged, 'version')} as in git`
  if (isEmpty(plan)) return [`✔ nothing to do for ${environment}: ${counts} (${registry})`, ...lines].join('\n')
  return [`${environment} (${registry}): ${count(steps.length, 'step')}, ${counts}`, ...lines].join('\n')
}

export function stepText(step: PlanStep): string {
  switch (step.do) {
    case 'set-level':
      return `set the level of ${step.subject} to ${step.level}`
    case 'register':
      return `register ${step.subject} v${step.version}`
    case 'record-id':
      return `record the id ${step.id} of ${step.subject} v${step.version}`
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
