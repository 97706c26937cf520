/** How the level of a subject changes around a registration: loosened before it, tightened after it. */
import { compatibilityLevels, promiseOf, type CompatibilityLevel, type LevelPromise } from '../compatibility/levels.ts'

export interface LevelChange {
  /** To be set before anything is registered; null: nothing. */
  readonly before: CompatibilityLevel | null
  /** To be set once everything is registered; null: nothing. */
  readonly after: CompatibilityLevel | null
}

/** `own` is what is set for the subject itself, if anything; `inherited` is what counts without it. */
export function levelChange(
  { own, inherited }: { readonly own: CompatibilityLevel | null; readonly inherited: CompatibilityLevel },
  wanted: CompatibilityLevel,
): LevelChange {
  if (own === wanted) return { before: null, after: null }
  const now = own ?? inherited
  const common = commonOf(now, wanted)
  // Without a looser one in between it is a change in one direction, or of nothing but whose level it is.
  if (common === wanted) return now === wanted ? { before: null, after: wanted } : { before: wanted, after: null }
  return { before: common === now ? null : common, after: wanted }
}

/** The strictest level that both of them include: what either asks for, and the other not, is not asked for meanwhile. */
function commonOf(one: CompatibilityLevel, other: CompatibilityLevel): CompatibilityLevel {
  const [a, b] = [promiseOf(one), promiseOf(other)]
  const promise = { backward: a.backward && b.backward, forward: a.forward && b.forward, all: a.all && b.all }
  return compatibilityLevels.find((level) => isSame(promiseOf(level), promise)) ?? 'NONE'
}

function isSame(one: LevelPromise, other: LevelPromise): boolean {
  return one.backward === other.backward && one.forward === other.forward && one.all === other.all
}
