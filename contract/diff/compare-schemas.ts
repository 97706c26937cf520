/**
 * What has changed from one version of a schema to another, place by place, in words. Each change says by itself
 * whether readers on either side get over it; together they say what Avro's own rules say of the two schemas.
 */
import { incompatibilities } from '../compatibility/incompatibilities.ts'
import { shortName } from '../compatibility/parsed-schema.ts'
import type { NamedType, ParsedEnum, ParsedField, ParsedRecord, ParsedSchema } from '../compatibility/parsed-schema.ts'
import type { Change } from './change.ts'
import { meaningOfDefault, meaningOfType } from './meaning.ts'

interface Pair<T> {
  readonly before: T
  readonly after: T
}

/** Collects the changes; a pair of named types that comes by again is not told again, and a recursive one ends there. */
interface Comparison {
  readonly changes: Change[]
  readonly seen: Map<ParsedSchema, Set<ParsedSchema>>
}

type Said = Partial<Pick<Change, 'backward' | 'forward' | 'meaning'>>

/** From the earlier schema to the later one. None: the same to the last doc. */
export function compareSchemas(before: ParsedSchema, after: ParsedSchema): readonly Change[] {
  const comparison: Comparison = { changes: [], seen: new Map() }
  compare({ before, after }, '', comparison)
  return comparison.changes
}

function compare({ before, after }: Pair<ParsedSchema>, path: string, to: Comparison): void {
  if (before.type === 'union' || after.type === 'union') {
    compareBranches({ before: branchesOf(before), after: branchesOf(after) }, path, to)
  } else if (before.type !== after.type) {
    say(to, path, `changed from ${described(before)} to ${described(after)}`, ability({ before, after }))
    sayMeaning({ before, after }, path, to)
  } else compareAlike({ before, after }, path, to)
}

/** Two types of one kind. */
function compareAlike({ before, after }: Pair<ParsedSchema>, path: string, to: Comparison): void {
  if ('name' in before && 'name' in after) {
    if (isSeen(before, after, to)) return
    compareNames({ before, after }, path, to)
  }
  sayMeaning({ before, after }, path, to)
  if (before.type === 'array' && after.type === 'array') {
    compare({ before: before.items, after: after.items }, `${path}[]`, to)
  } else if (before.type === 'map' && after.type === 'map') {
    compare({ before: before.values, after: after.values }, `${path}{}`, to)
  } else if (before.type === 'enum' && after.type === 'enum') compareSymbols({ before, after }, path, to)
  else if (before.type === 'record' && after.type === 'record') compareFields({ before, after }, path, to)
  else if (before.type === 'fixed' && after.type === 'fixed' && before.size !== after.size) {
    const message = `its size changed from ${before.size} to ${after.size} bytes`
    say(to, path, message, { backward: false, forward: false })
  }
}

function compareBranches({ before, after }: Pair<readonly ParsedSchema[]>, path: string, to: Comparison): void {
  const pairs = before.flatMap((one) => {
    const other = after.find((candidate) => isSameBranch(one, candidate))
    return other === undefined ? [] : [{ before: one, after: other }]
  })
  for (const pair of pairs) compareAlike(pair, path, to)
  for (const added of after.filter((type) => pairs.every((pair) => pair.after !== type))) {
    const message = `may now be ${described(added)}; older readers cannot read that`
    const forward = before.some((reader) => canRead(reader, added))
    say(to, path, forward ? `may now be ${described(added)}` : message, { forward })
  }
  for (const removed of before.filter((type) => pairs.every((pair) => pair.before !== type))) {
    const message = `may no longer be ${described(removed)}, which older events may contain`
    say(to, path, message, { backward: after.some((reader) => canRead(reader, removed)) })
  }
}

function compareNames({ before, after }: Pair<NamedType>, path: string, to: Comparison): void {
  if (before.doc !== after.doc) say(to, path, `the doc of ${shortName(after)} changed`)
  if (shortName(before) === shortName(after)) return
  const message = `${shortName(before)} was renamed to ${shortName(after)}`
  say(to, path, message, {
    backward: after.aliases.includes(before.name),
    forward: before.aliases.includes(after.name),
  })
}

function compareSymbols({ before, after }: Pair<ParsedEnum>, path: string, to: Comparison): void {
  for (const symbol of after.symbols.filter((one) => !before.symbols.includes(one))) {
    const message =
      before.default === null
        ? `the symbol ${symbol} was added, and older readers have no default for it`
        : `the symbol ${symbol} was added; older readers read it as ${before.default}`
    say(to, path, message, { forward: before.default !== null })
  }
  for (const symbol of before.symbols.filter((one) => !after.symbols.includes(one))) {
    const message =
      after.default === null
        ? `the symbol ${symbol} was removed, and no default exists for older events with it`
        : `the symbol ${symbol} was removed; older events with it are read as ${after.default}`
    say(to, path, message, { backward: after.default !== null })
  }
}

function compareFields({ before, after }: Pair<ParsedRecord>, path: string, to: Comparison): void {
  const prefix = path === '' ? '' : `${path}.`
  const kept = new Set<ParsedField>()
  for (const field of after.fields) {
    const was = ancestor(field, before)
    if (was === undefined) sayAdded(field, prefix + field.name, to)
    else {
      kept.add(was)
      compareField({ before: was, after: field }, prefix + field.name, to)
    }
  }
  for (const field of before.fields.filter((one) => !kept.has(one))) {
    const message =
      field.default === null
        ? 'was removed and had no default: older readers cannot read newer events'
        : `was removed; older readers read ${JSON.stringify(field.default.value)}`
    // By an alias of the older reader, another field may stand in for it.
    const forward = field.default !== null || after.fields.some(({ name }) => field.aliases.includes(name))
    say(to, prefix + field.name, message, { forward })
  }
}

function compareField({ before, after }: Pair<ParsedField>, path: string, to: Comparison): void {
  if (before.name !== after.name) {
    const forward = before.default !== null || before.aliases.includes(after.name)
    say(to, path, `was called ${before.name}${forward ? '' : ', which older readers do not find'}`, { forward })
  }
  if (before.doc !== after.doc) say(to, path, 'its doc changed')
  for (const message of meaningOfDefault(before, after)) say(to, path, message, { meaning: true })
  if ((before.default === null) !== (after.default === null)) {
    say(
      to,
      path,
      after.default === null ? 'lost its default' : `got the default ${JSON.stringify(after.default.value)}`,
    )
  }
  compare({ before: before.type, after: after.type }, path, to)
}

/** The field that a reader takes for this one: of the same name, else by an alias. */
function ancestor({ name, aliases }: ParsedField, { fields }: ParsedRecord): ParsedField | undefined {
  return fields.find((field) => field.name === name) ?? fields.find((field) => aliases.includes(field.name))
}

function sayAdded(field: ParsedField, path: string, to: Comparison): void {
  if (field.default === null) {
    say(to, path, 'was added without a default: older events cannot be read', { backward: false })
  } else say(to, path, `was added; older events are read with ${JSON.stringify(field.default.value)}`)
}

function sayMeaning({ before, after }: Pair<ParsedSchema>, path: string, to: Comparison): void {
  for (const message of meaningOfType(before, after)) say(to, path, message, { meaning: true })
}

function say(to: Comparison, path: string, message: string, said: Said = {}): void {
  to.changes.push({ path, message, backward: true, forward: true, meaning: false, ...said })
}

function isSeen(before: ParsedSchema, after: ParsedSchema, { seen }: Comparison): boolean {
  const others = seen.get(before) ?? new Set()
  if (others.has(after)) return true
  seen.set(before, others.add(after))
  return false
}

function ability({ before, after }: Pair<ParsedSchema>): Said {
  return { backward: canRead(after, before), forward: canRead(before, after) }
}

function canRead(reader: ParsedSchema, writer: ParsedSchema): boolean {
  return incompatibilities(reader, writer).length === 0
}

function branchesOf(schema: ParsedSchema): readonly ParsedSchema[] {
  return schema.type === 'union' ? schema.branches : [schema]
}

function isSameBranch(one: ParsedSchema, other: ParsedSchema): boolean {
  if ('name' in one && 'name' in other) return one.type === other.type && shortName(one) === shortName(other)
  return one.type === other.type
}

function described(schema: ParsedSchema): string {
  if ('name' in schema) return `the ${schema.type} ${shortName(schema)}`
  return schema.type === 'null' ? 'null' : `${/^[aeiou]/.test(schema.type) ? 'an' : 'a'} ${schema.type}`
}
