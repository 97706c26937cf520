/**
 * Random schemas, random changes of them, and random damage to their texts. All choices come from one function, so that
 * fast-check makes and shrinks them. Names are few, so that two schemas often speak of the same things.
 */
import fc, { type GeneratorValue } from 'fast-check'

/** A number from 0 to below `options`. */
export type Draw = (options: number) => number

type Mutable = string | Mutable[] | { [key: string]: unknown }
type Node = { [key: string]: unknown }

const PRIMITIVES = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string']
const TYPE_NAMES = ['A', 'B', 'C', 'D', 'E', 'F']
const FIELD_NAMES = ['a', 'b', 'c', 'd', 'e', 'f']
const SYMBOLS = ['R', 'S', 'T', 'U']
const NAMESPACES = ['n', 'n.m', 'o']
const LOGICAL = ['decimal', 'uuid', 'date', 'timestamp-millis', 'timestamp-micros', 'duration', 'none-such']
const MAX_DEPTH = 4

interface Making {
  readonly draw: Draw
  /** Full names of the types that can be referred to, and of those that must not be defined again. */
  readonly defined: string[]
  namespace: string | null
  depth: number
}

export function drawFrom(generator: GeneratorValue): Draw {
  return (options) => generator(fc.nat, { max: options - 1 })
}

/** The texts of two schemas; the second is the first with up to four changes, so about half of the pairs are compatible. */
export function randomPair(draw: Draw): readonly [string, string] {
  const first = randomSchema(draw)
  const second = structuredClone(first)
  const holder: Node = { type: second }
  for (let changes = draw(5); changes > 0; changes--) change(holder, draw)
  return [JSON.stringify(first), JSON.stringify(holder['type'])]
}

export function randomSchema(draw: Draw): Mutable {
  const making: Making = { draw, defined: [], namespace: null, depth: 0 }
  return draw(5) === 0 ? randomType(making) : randomRecord(making)
}

/** The text with one piece of damage: to its characters, or to the JSON it is. */
export function mutated(text: string, draw: Draw): string {
  if (draw(4) === 0) return damagedText(text, draw)
  const holder: Node = { type: JSON.parse(text) }
  const places = placesIn(holder)
  const place = pick(places, draw)
  if (place === undefined) return text
  damage(place, places, draw)
  return JSON.stringify(holder['type'] ?? null)
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

function randomField(name: string, making: Making): Node {
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
function defaultOf(type: Mutable, draw: Draw): unknown {
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

function change(holder: Node, draw: Draw): void {
  const place = pick(placesIn(holder), draw)
  if (place === undefined) return
  const value = place.get()
  if (Array.isArray(value)) return changeList(value, draw)
  if (typeof value === 'string') return changeText(place, value, draw)
  if (typeof value === 'object' && value !== null) changeNode(place, value as Node, draw)
}

function changeText(place: Place, value: string, draw: Draw): void {
  if (PRIMITIVES.includes(value)) {
    const wrapped = draw(4) === 0 ? ['null', value].slice(value === 'null' ? 1 : 0) : pick(PRIMITIVES, draw)
    return place.set(place.key === 'type' ? wrapped : pick(PRIMITIVES, draw))
  }
  const others = [TYPE_NAMES, FIELD_NAMES, SYMBOLS, NAMESPACES].find((names) => names.includes(value))
  if (others !== undefined) place.set(pick(others, draw))
}

function changeList(list: unknown[], draw: Draw): void {
  const first = list[0]
  const isFields = typeof first === 'object' && first !== null && 'type' in first && 'name' in first
  if (isFields && draw(2) === 0) {
    const free = FIELD_NAMES.filter((name) => !list.some((field) => (field as Node)['name'] === name))
    const making: Making = { draw, defined: [...TYPE_NAMES], namespace: null, depth: MAX_DEPTH - 1 }
    list.splice(draw(list.length + 1), 0, randomField(pick(free, draw) ?? 'z', making))
  } else if (draw(3) === 0) list.reverse()
  else if (draw(2) === 0 && list.length > 0) list.splice(draw(list.length), 1)
  else if (typeof first === 'string' || list.length === 0) {
    const more = SYMBOLS.includes(String(first)) ? SYMBOLS : PRIMITIVES
    list.push(
      pick(
        more.filter((item) => !list.includes(item)),
        draw,
      ),
    )
  }
}

function changeNode(place: Place, node: Node, draw: Draw): void {
  const name = node['name']
  if (typeof name === 'string' && draw(3) === 0) {
    if (draw(3) > 0) node['aliases'] = [name]
    node['name'] = `${name}2`
  } else if ('fields' in node) place.set(draw(2) === 0 ? node : ['null', node])
  else if ('symbols' in node) node['default'] = draw(2) === 0 ? undefined : pick(node['symbols'] as string[], draw)
  else if ('size' in node) node['size'] = draw(20)
  else if ('items' in node) place.set(draw(2) === 0 ? { type: 'map', values: node['items'] } : ['null', node])
  else if ('default' in node) delete node['default']
  else if ('type' in node && 'name' in node) node['default'] = defaultOf(node['type'] as Mutable, draw)
  else if ('type' in node) place.set(node['type'])
}

interface Place {
  readonly key: string
  get(): unknown
  set(value: unknown): void
  remove(): void
}

/** Every value below the holder, and where it stands. */
function placesIn(value: unknown): readonly Place[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => [placeOf(value, index), ...placesIn(item)])
  if (typeof value !== 'object' || value === null) return []
  const node = value as Node
  return Object.keys(node).flatMap((key) => [placeOf(node, key), ...placesIn(node[key])])
}

function placeOf(owner: unknown[] | Node, key: string | number): Place {
  const node = owner as Node
  return {
    key: String(key),
    get: () => node[key],
    set: (value) => (node[key] = value),
    remove: () => (Array.isArray(owner) ? owner.splice(Number(key), 1) : delete node[key]),
  }
}

const JUNK: readonly unknown[] = [
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
const WORDS =
  'type name namespace fields items values symbols size default aliases order doc logicalType __proto__ x'.split(' ')

function damage(place: Place, places: readonly Place[], draw: Draw): void {
  const value = place.get()
  switch (draw(5)) {
    case 0:
      return place.remove()
    case 1:
      return place.set(structuredClone(pick(places, draw)?.get()))
    case 2:
      if (Array.isArray(value)) value.push(structuredClone(value[0] ?? pick(JUNK, draw)))
      else if (typeof value === 'object' && value !== null) (value as Node)[pick(WORDS, draw) ?? 'x'] = pick(JUNK, draw)
      else if (typeof value === 'string') place.set(`${value}${pick(['', 'x', '.', ' ', '1', 'é'], draw)}`)
      return
    default:
      return place.set(structuredClone(pick(JUNK, draw)))
  }
}

function damagedText(text: string, draw: Draw): string {
  const at = draw(text.length + 1)
  const end = draw(3) === 0 ? at : Math.min(text.length, at + 1 + draw(3))
  const inserted = pick(
    ['', ',', '"', '}', ']', '{', '[', '\\', '1.0', '1e2', '-0', '01', 'null', ' ', '\n', '\u0000', ':'],
    draw,
  )
  return `${text.slice(0, at)}${inserted}${text.slice(end)}`
}

function pick<T>(items: readonly T[], draw: Draw): T | undefined {
  return items.length === 0 ? undefined : items[draw(items.length)]
}
