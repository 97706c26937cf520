/** The compatibility levels of a schema registry, as Confluent documents them. */
import { incompatibilities, type Incompatibility } from './incompatibilities.ts'
import type { ParsedSchema } from './parsed-schema.ts'

export const compatibilityLevels = [
  'NONE',
  'BACKWARD',
  'BACKWARD_TRANSITIVE',
  'FORWARD',
  'FORWARD_TRANSITIVE',
  'FULL',
  'FULL_TRANSITIVE',
] as const

export type CompatibilityLevel = (typeof compatibilityLevels)[number]

type Direction = 'backward' | 'forward'

export type Breach = Incompatibility & {
  /** Which of the earlier schemas, from 1. */
  readonly version: number
  /** Backward: the next cannot read what the earlier one has written. Forward: the earlier one cannot read the next. */
  readonly direction: Direction
}

/** What a level asks for. */
export interface LevelPromise {
  readonly backward: boolean
  readonly forward: boolean
  /** Of all earlier schemas, not of the last alone. */
  readonly all: boolean
}

export function promiseOf(level: CompatibilityLevel): LevelPromise {
  const full = level.startsWith('FULL')
  return {
    backward: full || level.startsWith('BACKWARD'),
    forward: full || level.startsWith('FORWARD'),
    all: level.endsWith('_TRANSITIVE'),
  }
}

/** Why `next` may not follow the earlier schemas (oldest first) at this level; empty when it may. `most`: reasons for each of them. */
export function breaches(
  level: CompatibilityLevel,
  next: ParsedSchema,
  earlier: readonly ParsedSchema[],
  most?: number,
): readonly Breach[] {
  const { all, ...asked } = promiseOf(level)
  const directions = (['backward', 'forward'] as const).filter((direction) => asked[direction])
  return earlier.flatMap((schema, index) => {
    if (!all && index < earlier.length - 1) return []
    return directions.flatMap((direction) => {
      const [reader, writer] = direction === 'backward' ? [next, schema] : [schema, next]
      return incompatibilities(reader, writer, most).map((reason) => ({ ...reason, version: index + 1, direction }))
    })
  })
}
