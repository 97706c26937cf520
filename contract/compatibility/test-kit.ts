/**
 * Random schemas, most of them valid. All choices come from one function, so that fast-check makes and shrinks them.
 * Names are few, so that two schemas often speak of the same things.
 */
import fc, { type GeneratorValue } from 'fast-check'

/** A number from 0 to below `options`. */
export type Draw = (options: number) => number

export type Mutable = string | Mutable[] | { [key: string]: unknown }
export type Node = { [key: string]: unknown }

export const PRIMITIVES = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string']
export const TYPE_NAMES = ['A', 'B', 'C', 'D', 'E', 'F']
export const FIELD_NAMES = ['a', 'b', 'c', 'd', 'e', 'f']
export const SYMBOLS = ['R', 'S', 'T', 'U']
export const NAMESPACES = ['n', 'n.m', 'o']
const LOGICAL = ['decimal', 'uuid', 'date', 'timestamp-millis', 'timestamp-micros', 'duration', 'none-such']
/** What stands in places where it seldom belongs. */
export const JUNK: readonly unknown[] = [
  ...[
    null,
    true,
    0,
    1,
    -1,
    1.5,
    2 ** 31,
    2 ** 53,
    1e300,
    '',
    ' ',
    'x',
    '9a',
    'a-b',
    'a.b',
    '.A',
    'A.',
    'n..A',
    'int',
    'record',
  ],
  ...[
    'enum',
    'fixed',
    'array',
    'map',
    'error',
    'union',
    'ä',
    'NaN',
    'n.A',
    'A',
    [],
    {},
    ['null'],
    ['int', 'int'],
    [[]],
    [1],
    ['A'],
  ],
  ...[
    { type: 'int' },
    { type: 'enum' },
    { type: ['int'] },
    { type: { type: 'int' } },
    { a: 1 },
    '__proto__',
    'ignore',
    'constructor',
  ],
]
export const MAX_DEPTH = 4

export interface Making {
  readonly draw: Draw
  /** Full names of the types that can be referred to, and of those that must not be defined again. */
  readonly defined: string[]
  namespace: string | null
  depth: number
}

export function drawFrom(generator: GeneratorValue): Draw {
  return (options) => generator(fc.nat, { max: options - 1 })
}

export function randomSchema(draw: Draw): Mutable {
  const making: Making = { draw, defined: [], namespace: null, depth: 0 }
  return draw(5) === 0 ? randomType(making) : randomRecord(making)
}

function randomType(making: Making): Mutable {
  const { draw } = making
  if (making.depth >= MAX_DEPTH) return randomPrimitive(draw)
  making.depth++
  try {
    switch (draw(10)) {
      case 0:
        return { type: 'array', items: randomType(making) }
      case 1:
        return { type: 'map', values: randomType(making) }
      case 2:
        return randomUnion(making)
      case 3:
        return randomRecord(making)
      case 4:
        return randomEnum(making)
      case 5:
        return randomFixed(making)
      case 6:
        return pick(making.defined, draw) ?? randomPrimitive(draw)
      default:
        return randomPrimitive(draw)
    }
  } finally {
    making.depth--
  }
}

function randomPrimitive(draw: Draw): Mutable {
  const type = pick(PRIMITIVES, draw) ?? 'int'
  if (draw(8) > 0) return type
  return { type, logicalType: pick(LOGICAL, draw), ...(draw(2) === 0 ? { precision: draw(6), scale: draw(3) } : {}) }
}

function randomUnion(making: Making): Mutable {
  const branches = Array.from({ length: making.draw(4) }, () => randomType(making)).filter((b) => !Array.isArray(b))
  const names = branches.map(unionName)
  return branches.filter((_, index) => names.indexOf(names[index] ?? '') === index)
}

/** Nearly the full name: enough to make most unions valid. */
function unionName(branch: Mutable): string {
  if (typeof branch === 'string') return branch
  const { name, type } = branch as Node
  return typeof name === 'string' ? name : String(type)
}

function randomRecord(making: Making): Mutable {
  const { draw } = making
  const around = making.namespace
  const named = randomNames(making)
  const names = FIELD_NAMES.filter(() => draw(2) === 0)
  const fields = names.map((name) => randomField(name, making))
  making.namespace = around
  return { type: draw(20) === 0 ? 'error' : 'record', ...named, fields }
}

export function randomField(name: string, making: Making): Node {
  const { draw } = making
  const type = randomType(making)
  const value = draw(2) === 0 ? defaultOf(type, draw) : undefined
  return {
    name,
    type,
    ...(value === undefined ? {} : { default: value }),
    ...(draw(6) === 0 ? { aliases: [pick(FIELD_NAMES, draw)] } : {}),
    ...(draw(12) === 0 ? { order: pick(['ascending', 'descending', 'IGNORE'], draw) } : {}),
  }
}

function randomEnum(making: Making): Mutable {
  const { draw } = making
  const around = making.namespace
  const symbols = SYMBOLS.filter(() => draw(3) > 0)
  const fallback = draw(3) === 0 ? { default: pick(symbols, draw) } : {}
  const named = randomNames(making)
  making.namespace = around
  return { type: 'enum', ...named, symbols, ...fallback }
}

function randomFixed(making: Making): Mutable {
  const around = making.namespace
  const named = randomNames(making)
  making.namespace = around
  return { type: 'fixed', ...named, size: [4, 12, 16][making.draw(3)] }
}

/** Enters the namespace too. */
function randomNames(making: Making): Node {
  const { draw } = making
  const free = TYPE_NAMES.filter((name) => !making.defined.some((full) => full.endsWith(name)))
  const short = pick(free, draw) ?? `G${making.defined.length}`
  const given = draw(3) === 0 ? (pick(NAMESPACES, draw) ?? null) : null
  const dotted = given !== null && draw(2) === 0
  making.namespace = given ?? making.namespace
  making.defined.push(making.namespace === null ? short : `${making.namespace}.${short}`)
  return {
    name: dotted ? `${given}.${short}` : short,
    ...(given !== null && !dotted ? { namespace: given } : {}),
    ...(draw(6) === 0 ? { aliases: [pick([...TYPE_NAMES, 'n.A', 'o.B', '.C'], draw)] } : {}),
  }
}

/** Mostly valid; undefined where there is no likely one. */
export function defaultOf(type: Mutable, draw: Draw): unknown {
  if (draw(30) === 0) return pick(JUNK, draw)
  if (Array.isArray(type)) return type.length === 0 ? undefined : defaultOf(type[draw(type.length)] ?? 'null', draw)
  if (typeof type === 'string') return primitiveDefault(type, draw)
  const { type: word, symbols, fields } = type
  if (word === 'array') return []
  if (word === 'map') return {}
  if (word === 'record' || word === 'error') return recordDefault(fields as readonly Node[], draw)
  if (word === 'enum') return Array.isArray(symbols) ? (symbols[0] ?? 'R') : 'R'
  return word === 'fixed' ? '\u0000' : primitiveDefault(String(word), draw)
}

function recordDefault(fields: readonly Node[], draw: Draw): unknown {
  const values = fields.map((field) => [field['name'], field['default'] ?? defaultOf(field['type'] as Mutable, draw)])
  const given = values.filter(
    ([, value], index) => draw(2) === 0 || fields[index]?.['default'] === undefined || value === '',
  )
  return given.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(given)
}

function primitiveDefault(type: string, draw: Draw): unknown {
  if (type === 'null') return null
  if (type === 'boolean') return true
  if (type === 'string' || type === 'bytes') return 'x'
  if (type === 'float' || type === 'double') return pick([1, 0.5], draw)
  if (type === 'int') return pick([0, -(2 ** 31)], draw)
  if (type === 'long') return pick([0, 2 ** 31, -(2 ** 53)], draw)
  return draw(10) === 0 ? {} : undefined
}

export function pick<T>(items: readonly T[], draw: Draw): T | undefined {
  return items.length === 0 ? undefined : items[draw(items.length)]
}
