/** Random changes of random schemas, and random damage to their texts. */
import {
  defaultOf,
  FIELD_NAMES,
  JUNK,
  MAX_DEPTH,
  NAMESPACES,
  pick,
  PRIMITIVES,
  randomField,
  randomSchema,
  SYMBOLS,
  TYPE_NAMES,
  type Draw,
  type Making,
  type Mutable,
  type Node,
} from './test-kit.ts'

/** The texts of two schemas; the second is the first with up to four changes, so about half of the pairs are compatible. */
export function randomPair(draw: Draw): readonly [string, string] {
  const first = randomSchema(draw)
  const second = structuredClone(first)
  const holder: Node = { type: second }
  for (let changes = draw(5); changes > 0; changes--) change(holder, draw)
  return [JSON.stringify(first), JSON.stringify(holder['type'])]
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
