import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { summaryOf } from './faults.ts'
import { request } from './request.ts'
import { closed, named, nullable, ref, shapesIn, text, whole } from './shape.ts'

const Inner = named('Inner', { size: whole(1, 9, 'Size.') }, { description: 'A part.' })
const Outer = named(
  'Outer',
  { name: text(1, 20, 'Name.'), inner: ref(Inner), more: Type.Optional(Type.Array(closed({ 'a/b~c': ref(Inner) }))) },
  { description: 'The whole.' },
)
const outer = request(ref(Outer))
const good = { name: 'n', inner: { size: 1 } }

test('a value within its bounds is handed back as it is', () => {
  expect(outer.check(good)).toEqual({ wanted: good })
  const checked = outer.check(good)
  expect('wanted' in checked && checked.wanted).toBe(good)
})

test.each<[string, unknown, { readonly pointer: string; readonly message: string }]>([
  ['missing', { name: 'n' }, { pointer: '/inner', message: 'is missing' }],
  ['unknown', { ...good, 'x/y': 1 }, { pointer: '/x~1y', message: 'is unknown' }],
  ['of another type', { ...good, inner: { size: '1' } }, { pointer: '/inner/size', message: 'must be integer' }],
  ['out of bounds', { ...good, inner: { size: 10 } }, { pointer: '/inner/size', message: 'must be <= 9' }],
  [
    'deep within',
    { ...good, more: [{ 'a/b~c': { size: 0 } }] },
    { pointer: '/more/0/a~1b~0c/size', message: 'must be >= 1' },
  ],
  ['not an object', [], { pointer: '', message: 'must be object' }],
  ['nothing', undefined, { pointer: '', message: 'must be object' }],
])('what is %s is told with its place', (_, value, fault) => {
  expect(outer.check(value)).toEqual({ faults: [fault] })
})

test('nothing is converted, dropped or filled in', () => {
  const value = { name: 1, inner: { size: '1' }, more: null }
  outer.check(value)
  expect(value).toEqual({ name: 1, inner: { size: '1' }, more: null })
})

test('text has no control characters and no half characters', () => {
  for (const name of ['a\0', 'a\n', 'a\ud800']) expect(outer.check({ ...good, name })).toHaveProperty('faults')
  expect(outer.check({ ...good, name: '\u{1F600}' })).toHaveProperty('wanted')
})

test('a pointer to a name that somebody made up is escaped, cut and printable', () => {
  const checked = outer.check({ ...good, [`a/b~c\u0007${'x'.repeat(300)}`]: 1 })
  const [fault] = 'faults' in checked ? checked.faults : []
  expect(fault?.pointer).toMatch(/^\/a~1b~0c\uFFFDx+$/)
  expect(fault?.pointer.length).toBe(200)
})

test('the first fault in one line says where it is', () => {
  expect(summaryOf('body', [{ pointer: '/a', message: 'is missing' }])).toBe('body /a is missing')
  expect(summaryOf('body', [{ pointer: '', message: 'must be object' }])).toBe('body must be object')
})

test('what may be left out may be null', () => {
  const optional = request(nullable(ref(Inner)))
  expect(optional.check(null)).toEqual({ wanted: null })
  expect(optional.check({ size: 0 })).toMatchObject({ faults: [{ pointer: '/size', message: 'must be >= 1' }, {}, {}] })
})

test('the shapes of a schema are found however deep they are, each once', () => {
  const found = shapesIn(closed({ one: Type.Optional(ref(Outer)), two: nullable(ref(Inner)) }))
  expect(found.map(({ $id }) => $id)).toEqual(['Outer', 'Inner'])
})

test('two shapes of one name are refused', () => {
  const other = named('Inner', {}, { description: 'Another.' })
  expect(() => shapesIn(closed({ one: ref(Inner), two: ref(other) }))).toThrow('two shapes have the name Inner')
})
