/**
 * Whether a reader's schema can decode what a writer's schema has written: the algorithm of Java's
 * org.apache.avro.SchemaCompatibility (1.12.0), because every registry calls that one. So its oddities are kept: records,
 * enums and fixeds match by their names without namespaces, or by an alias of the reader; a default that an enum has of
 * its own stands in for symbols it does not know; a pair of types that was compared before is reported with the path
 * where it was met first, which within the branches of a union begins at the branch.
 */
import { cut, cutList } from './cut.ts'
import { isPrimitive, shortName } from './parsed-schema.ts'
import type { NamedType, ParsedEnum, ParsedField, ParsedRecord, ParsedSchema, ParsedUnion } from './parsed-schema.ts'

export type IncompatibilityType =
  | 'NAME_MISMATCH'
  | 'FIXED_SIZE_MISMATCH'
  | 'MISSING_ENUM_SYMBOLS'
  | 'READER_FIELD_MISSING_DEFAULT_VALUE'
  | 'TYPE_MISMATCH'
  | 'MISSING_UNION_BRANCH'

export interface Incompatibility {
  readonly type: IncompatibilityType
  /** A JSON pointer into the reader's schema, or into the writer's where a branch of its union cannot be read. */
  readonly path: string
  readonly message: string
}

/** Reasons reported. Each use of a type repeats what is wrong with it, which doubles with each level of nesting. */
export const MAX_REASONS = 100
/** Steps of one comparison: about 100 ms. Unions of thousands of records would take hours. */
const MAX_STEPS = 150_000
/** Characters that count as one step, where long names are compared or listed. */
const STEP = 10
/** Pairs within pairs: two cycles of records go on until both are at their beginning again. */
const MAX_DEPTH = 500

const COMPATIBLE: readonly Incompatibility[] = []

/** What each reader may read besides its own type. */
const PROMOTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['long', ['int']],
  ['float', ['int', 'long']],
  ['double', ['int', 'long', 'float']],
  ['bytes', ['string']],
  ['string', ['bytes']],
])

interface Comparison {
  /** By reader, then by writer. A pair under way counts as compatible until it is known not to be. */
  readonly known: Map<ParsedSchema, Map<ParsedSchema, readonly Incompatibility[]>>
  readonly fields: Map<ParsedRecord, ReadonlyMap<string, ParsedField>>
  steps: number
  depth: number
  /** Reasons that are asked for. */
  readonly most: number
  /** Set when the comparison cannot be finished; it is then the only reason. */
  end: Incompatibility | null
}

/**
 * Why `reader` cannot decode what `writer` has written; empty when it can. At most the first 100 reasons, or `most`. Schemas that
 * would take too long to compare count as incompatible, with a message that says so.
 */
export function incompatibilities(
  reader: ParsedSchema,
  writer: ParsedSchema,
  most = MAX_REASONS,
): readonly Incompatibility[] {
  const comparison: Comparison = { known: new Map(), fields: new Map(), steps: 0, depth: 0, most, end: null }
  const reasons = compare(reader, writer, '', comparison)
  return comparison.end === null ? reasons.slice(0, most) : [comparison.end]
}

function compare(
  reader: ParsedSchema,
  writer: ParsedSchema,
  path: string,
  comparison: Comparison,
): readonly Incompatibility[] {
  takeStep(comparison)
  if (comparison.end !== null) return COMPATIBLE
  // Only through named types can a pair be met again.
  if (isPrimitive(reader.type) && isPrimitive(writer.type)) return compareTypes(reader, writer, path, comparison)
  const pairs = comparison.known.get(reader) ?? new Map<ParsedSchema, readonly Incompatibility[]>()
  comparison.known.set(reader, pairs)
  const before = pairs.get(writer)
  if (before !== undefined) return before
  if (comparison.depth >= MAX_DEPTH) giveUp(comparison, `types are nested deeper than ${MAX_DEPTH} levels`)
  pairs.set(writer, COMPATIBLE)
  comparison.depth++
  const reasons = compareTypes(reader, writer, path, comparison)
  comparison.depth--
  pairs.set(writer, reasons)
  return reasons
}

function compareTypes(
  reader: ParsedSchema,
  writer: ParsedSchema,
  path: string,
  comparison: Comparison,
): readonly Incompatibility[] {
  if (reader.type === 'array' && writer.type === 'array') {
    return compare(reader.items, writer.items, `${path}/items`, comparison)
  }
  if (reader.type === 'map' && writer.type === 'map') {
    return compare(reader.values, writer.values, `${path}/values`, comparison)
  }
  if (reader.type === 'fixed' && writer.type === 'fixed') {
    return [...compareNames(reader, writer, path, comparison), ...compareSizes(reader.size, writer.size, path)]
  }
  if (reader.type === 'enum' && writer.type === 'enum') {
    return [...compareNames(reader, writer, path, comparison), ...compareSymbols(reader, writer, path, comparison)]
  }
  if (reader.type === 'record' && writer.type === 'record') return compareRecords(reader, writer, path, comparison)
  if (writer.type === 'union') return compareBranches(reader, writer, path, comparison)
  if (reader.type === 'union') return findBranch(reader, writer, path, comparison)
  const reads = reader.type === writer.type || PROMOTIONS.get(reader.type)?.includes(writer.type)
  return reads ? COMPATIBLE : typeMismatch(reader, writer, path)
}

/** Each branch that was written must be readable. */
function compareBranches(
  reader: ParsedSchema,
  writer: ParsedUnion,
  path: string,
  comparison: Comparison,
): readonly Incompatibility[] {
  const reasons: Incompatibility[] = []
  for (const [index, branch] of writer.branches.entries()) {
    if (reasons.length >= comparison.most) break
    const at = `${path}/${index}`
    if (reader.type !== 'union') add(reasons, compare(reader, branch, at, comparison))
    else if (compare(reader, branch, '', comparison).length > 0) add(reasons, missingBranch(branch, at))
  }
  return reasons
}

/** One branch that reads it is enough. */
function findBranch(
  reader: ParsedUnion,
  writer: ParsedSchema,
  path: string,
  comparison: Comparison,
): readonly Incompatibility[] {
  const found = reader.branches.some((branch) => compare(branch, writer, '', comparison).length === 0)
  return found ? COMPATIBLE : missingBranch(writer, path)
}

function compareRecords(
  reader: ParsedRecord,
  writer: ParsedRecord,
  path: string,
  comparison: Comparison,
): readonly Incompatibility[] {
  const reasons = [...compareNames(reader, writer, path, comparison)]
  for (const [index, field] of reader.fields.entries()) {
    if (reasons.length >= comparison.most) break
    add(reasons, compareField(field, writer, `${path}/fields/${index}`, comparison))
  }
  return reasons
}

function compareField(
  field: ParsedField,
  writer: ParsedRecord,
  path: string,
  comparison: Comparison,
): readonly Incompatibility[] {
  const written = writtenField(field, writer, path, comparison)
  if (written !== null) return compare(field.type, written.type, `${path}/type`, comparison)
  if (field.default !== null) return COMPATIBLE
  // An enum with a default of its own is compared with the record that lacks it, which says what is wrong with both.
  if (field.type.type === 'enum' && field.type.default !== null) {
    return compare(field.type, writer, `${path}/type`, comparison)
  }
  return [{ type: 'READER_FIELD_MISSING_DEFAULT_VALUE', path, message: cut(field.name) }]
}

function writtenField(
  field: ParsedField,
  writer: ParsedRecord,
  path: string,
  comparison: Comparison,
): ParsedField | null {
  const fields = comparison.fields.get(writer) ?? new Map(writer.fields.map((written) => [written.name, written]))
  comparison.fields.set(writer, fields)
  takeStep(comparison, 1 + field.aliases.length)
  if (field.aliases.length === 0) return fields.get(field.name) ?? null
  const found = [field.name, ...field.aliases].flatMap((name) => fields.get(name) ?? [])
  if (found.length > 1) {
    const message = `reader field ${cut(field.name)} matches multiple fields in writer record ${cut(writer.name)}`
    comparison.end ??= { type: 'NAME_MISMATCH', path, message }
  }
  return found[0] ?? null
}

function compareNames(
  reader: NamedType,
  writer: NamedType,
  path: string,
  comparison: Comparison,
): readonly Incompatibility[] {
  takeStep(comparison, reader.aliases.length)
  const same = shortName(reader) === shortName(writer) || reader.aliases.includes(writer.name)
  return same ? COMPATIBLE : [{ type: 'NAME_MISMATCH', path: `${path}/name`, message: `expected: ${cut(writer.name)}` }]
}

function compareSizes(reader: number, writer: number, path: string): readonly Incompatibility[] {
  if (reader === writer) return COMPATIBLE
  const message = `expected: ${writer}, found: ${reader}`
  return [{ type: 'FIXED_SIZE_MISMATCH', path: `${path}/size`, message }]
}

function compareSymbols(
  reader: ParsedEnum,
  writer: ParsedEnum,
  path: string,
  comparison: Comparison,
): readonly Incompatibility[] {
  if (reader.default !== null) return COMPATIBLE
  const symbols = new Set(reader.symbols)
  takeStep(comparison, reader.symbols.length + writer.symbols.length)
  const missing = writer.symbols.filter((symbol) => !symbols.has(symbol))
  if (missing.length === 0) return COMPATIBLE
  takeStep(comparison, Math.ceil(missing.reduce((sum, { length }) => sum + length, 0) / STEP))
  return [{ type: 'MISSING_ENUM_SYMBOLS', path: `${path}/symbols`, message: `[${cutList(missing.sort())}]` }]
}

function typeMismatch(reader: ParsedSchema, writer: ParsedSchema, path: string): readonly Incompatibility[] {
  const message = `reader type: ${nameOf(reader)} not compatible with writer type: ${nameOf(writer)}`
  return [{ type: 'TYPE_MISMATCH', path: path === '' ? '/' : path, message }]
}

function missingBranch(writer: ParsedSchema, path: string): readonly Incompatibility[] {
  const message = `reader union lacking writer type: ${nameOf(writer)}`
  return [{ type: 'MISSING_UNION_BRANCH', path: path === '' ? '/' : path, message }]
}

function nameOf({ type }: ParsedSchema): string {
  return type.toUpperCase()
}

function add(reasons: Incompatibility[], more: readonly Incompatibility[]): void {
  for (const reason of more) if (reasons.length < MAX_REASONS) reasons.push(reason)
}

function takeStep(comparison: Comparison, steps = 1): void {
  comparison.steps += steps
  if (comparison.steps > MAX_STEPS) giveUp(comparison, 'the schemas have too many pairs of types')
}

function giveUp(comparison: Comparison, why: string): void {
  comparison.end ??= { type: 'TYPE_MISMATCH', path: '/', message: `the schemas cannot be compared: ${why}` }
}
