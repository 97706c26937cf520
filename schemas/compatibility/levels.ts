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

/** What each level promises, whether about the last of the earlier schemas or about all of them. */
const PROMISES: { readonly [Level in CompatibilityLevel]: { directions: readonly Direction[]; all: boolean } } = {
  NONE: { directions: [], all: false },
  BACKWARD: { directions: ['backward'], all: false },
  BACKWARD_TRANSITIVE: { directions: ['backward'], all: true },
  FORWARD: { directions: ['forward'], all: false },
  FORWARD_TRANSITIVE: { directions: ['forward'], all: true },
  FULL: { directions: ['backward', 'forward'], all: false },
  FULL_TRANSITIVE: { directions: ['backward', 'forward'], all: true },
}

/** Why `next` may not follow the earlier schemas (oldest first) at this level; empty when it may. */
export function breaches(
  level: CompatibilityLevel,
  next: ParsedSchema,
  earlier: readonly ParsedSchema[],
): readonly Breach[] {
  const { directions, all } = PROMISES[level]
  return earlier.flatMap((schema, index) => {
    if (!all && index < earlier.length - 1) return []
    return directions.flatMap((direction) => {
      const [reader, writer] = direction === 'backward' ? [next, schema] : [schema, next]
      return incompatibilities(reader, writer).map((reason) => ({ ...reason, version: index + 1, direction }))
    })
  })
}
