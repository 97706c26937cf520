/** A plan on paper: what was reviewed, and what it was made from, so that nothing else is carried out. */
import { createHash } from 'node:crypto'
import { lockDigest } from '../authoring/schema-lock.ts'
import type { Changes, PlanStep, WantedSubject } from './make-plan.ts'
import { stateDigests, type RegistryState } from './registry-state.ts'

export interface Plan extends Changes {
  readonly format: 1
  readonly environment: string
  /** Where, without a password. */
  readonly registry: string
  /** Digest of what is published: of schemas.lock, and of the command, which is not in it. */
  readonly lock: string
  /** Digests of what the registry had, by subject. */
  readonly state: Readonly<Record<string, string>>
}

export interface PlanParts {
  readonly environment: string
  readonly registry: string
  readonly lock: string
  readonly wanted: readonly WantedSubject[]
  readonly state: RegistryState
  readonly changes: Changes
}

export function planOf({ environment, registry, lock, wanted, state, changes }: PlanParts): Plan {
  const published = publishedDigest(lock, wanted)
  return { format: 1, environment, registry, lock: published, state: stateDigests(state), ...changes }
}

/** Whether there is anything to do or to see to. */
export function isEmpty({ steps, drift, obstacles }: Changes): boolean {
  return steps.length === 0 && drift.length === 0 && obstacles.length === 0
}

/** What is known of a file that was written by `plan`; null: it was not. The steps are compared, never trusted. */
export function readPlan(text: string): Reviewed | null {
  const value = parsed(text)
  if (typeof value !== 'object' || value === null) return null
  const { format, environment, registry, lock, state, steps } = value as Partial<Plan>
  if (format !== 1 || typeof environment !== 'string' || typeof registry !== 'string') return null
  if (typeof lock !== 'string' || typeof state !== 'object' || !Array.isArray(steps)) return null
  return { environment, registry, lock, state, steps }
}

export type Reviewed = Pick<Plan, 'environment' | 'registry' | 'lock' | 'state' | 'steps'>

/** Why a reviewed plan is not the one that would be made now, in a sentence; null: it is. */
export function movedSince(reviewed: Reviewed, now: Plan): string | null {
  if (reviewed.environment !== now.environment) {
    return `the plan is for ${reviewed.environment}, not for ${now.environment}`
  }
  if (reviewed.registry !== now.registry) {
    return `the plan is for the registry at ${reviewed.registry}, not for ${now.registry}`
  }
  if (reviewed.lock !== now.lock) return 'what is published in git has changed since the plan was made (schemas.lock)'
  const names = new Set([...Object.keys(reviewed.state), ...Object.keys(now.state)])
  const moved = [...names].find((name) => reviewed.state[name] !== now.state[name])
  if (moved !== undefined) {
    const what = moved === '*' ? 'its level for all subjects' : moved
    return `the registry has changed since the plan was made: ${what}`
  }
  if (!sameSteps(reviewed.steps, now.steps)) return 'the plan does not match the steps that are due'
  return null
}

function publishedDigest(lock: string, wanted: readonly WantedSubject[]): string {
  const unlocked = wanted
    .filter(({ isLocked }) => !isLocked)
    .map(({ versions }) => versions.map(({ schema }) => schema))
  return createHash('sha256')
    .update(JSON.stringify([lockDigest(lock), unlocked]))
    .digest('hex')
}

function sameSteps(some: readonly PlanStep[], others: readonly PlanStep[]): boolean {
  return JSON.stringify(some) === JSON.stringify(others)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
