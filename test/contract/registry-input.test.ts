import { describe, expect, test } from 'vitest'
import { openPool, REGISTRY_SETTINGS } from '../../store/postgres/database.ts'
import { askedRegistry, MEDIA_TYPE, type Heard, refused } from './ask-registry.ts'
import { recordOf } from './registry-contract.ts'

const { ask, register, newSubject, service, databaseUrl } = askedRegistry()
const ID = recordOf([{ name: 'id' }])

describe("what cannot be read is told as such, in Confluent's shape", () => {
  const huge = (bytes: number) =>
    JSON.stringify({ schema: recordOf([{ name: 'id', type: { type: 'string', doc: 'x'.repeat(bytes) } }]) })

  test.each<readonly [string, () => Promise<unknown>, Pick<Heard, 'status' | 'body'>]>([
    ['no JSON', () => ask('POST', '/subjects/a/versions', 0, { raw: '{"schema":' }), refused(400)],
    ['an empty body', () => ask('POST', '/subjects/a/versions', 0, { raw: '' }), refused(400)],
    [
      'bytes that are no UTF-8',
      () => ask('POST', '/subjects/a/versions', 0, { raw: Buffer.from([0x22, 0xff, 0x22]) }),
      refused(400),
    ],
    [
      'a list for an object behind a byte order mark',
      () => ask('POST', '/subjects/a/versions', 0, { raw: '\ufeff[]' }),
      refused(422),
    ],
    ['a list for an object', () => ask('POST', '/subjects/a/versions', []), refused(422)],
    [
      'a schema that is no text',
      () => ask('POST', '/subjects/a/versions', { schema: { type: 'string' } }),
      refused(422),
    ],
    ['a null for a schema', () => ask('POST', '/subjects/a/versions', { schema: null }), refused(42201)],
    [
      'another media type',
      () => ask('POST', '/subjects/a/versions', { schema: ID }, { type: 'text/plain' }),
      refused(415),
    ],
    [
      'a form',
      () => ask('POST', '/subjects/a/versions', 0, { raw: 'a=b', type: 'application/x-www-form-urlencoded' }),
      refused(415),
    ],
    [
      'references that are no list',
      () => ask('POST', '/subjects/a/versions', { schema: ID, references: {} }),
      refused(422),
    ],
    [
      'a reference without a version',
      () => ask('POST', '/subjects/a/versions', { schema: ID, references: [{ name: 'x', subject: 'y' }] }),
      refused(422),
    ],
    ['an id that is no number', () => ask('POST', '/subjects/a/versions', { schema: ID, id: 'seven' }), refused(422)],
    [
      'PROTOBUF',
      () => ask('POST', '/subjects/a/versions', { schema: 'syntax = "proto3";', schemaType: 'PROTOBUF' }),
      refused(42201),
    ],
    ['JSON schemas', () => ask('POST', '/subjects/a/versions', { schema: '{}', schemaType: 'JSON' }), refused(42201)],
    ['a control character in a subject', () => ask('GET', '/subjects/a%00b/versions'), refused(42208)],
    ['a subject that is not percent-encoded', () => ask('GET', '/subjects/%zz/versions'), refused(400)],
    ['a subject of 300 characters', () => ask('GET', `/subjects/${'x'.repeat(300)}/versions`), refused(414)],
    ['an id that is no number in the path', () => ask('GET', '/schemas/ids/seven'), refused(404)],
    ['an id beyond 32 bits', () => ask('GET', '/schemas/ids/99999999999'), refused(404)],
    ['a negative version', () => ask('GET', '/subjects/a/versions/-2'), refused(42202)],
    ['a version beyond 32 bits', () => ask('GET', '/subjects/a/versions/2147483648'), refused(42202)],
    ['a level that is none', () => ask('PUT', '/config/a', { compatibility: 'SIDEWAYS' }), refused(42203)],
    ['no level', () => ask('PUT', '/config/a', {}), refused(42203)],
    ['a mode that is none', () => ask('PUT', '/mode/a', { mode: 7 }), refused(42204)],
    ['a path that is none', () => ask('GET', '/nothing/here'), refused(404)],
    ['a method that is none', () => ask('PATCH', '/subjects/a', {}), refused(405)],
    [
      'a body of more than a megabyte',
      () => ask('POST', '/subjects/a/versions', 0, { raw: huge(1_200_000) }),
      refused(413),
    ],
    [
      'a schema of a megabyte',
      () => ask('POST', '/subjects/a/versions', 0, { raw: huge(1_000_000) }),
      refused(42201, /characters/),
    ],
  ])('%s', async (_, request, expected) => {
    expect(await request()).toMatchObject(expected)
  })

  const nested = (levels: number) => `${'{"type":"array","items":'.repeat(levels)}"string"${'}'.repeat(levels)}`

  test.each([
    ['10,000 nested arrays', nested(10_000)],
    ['10,000 nested lists', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
    ['10,000 levels in an attribute', `{"type":"string","x":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
    ['a name that is none', '{"type":"record","name":"a b","fields":[]}'],
    ['a type that is none', '{"type":"record","name":"A","fields":[{"name":"b","type":"c"}]}'],
    ['a default of another type', '{"type":"record","name":"A","fields":[{"name":"b","type":"int","default":"x"}]}'],
    ['a union in a union', '["null",["null"]]'],
    ['a NUL', '{"type":"string","doc":"\u0000"}'],
  ])('a schema of %s', async (_, schema) => {
    const subject = newSubject()
    for (const path of [
      `/subjects/${subject}/versions`,
      `/subjects/${subject}`,
      `/compatibility/subjects/${subject}/versions`,
    ]) {
      expect(await ask('POST', path, { schema })).toMatchObject(refused(42201, /^Invalid schema: /))
    }
    expect(await ask('GET', `/subjects/${subject}/versions`)).toMatchObject(refused(40401))
  })

  test('a recursive schema is one like any other', async () => {
    const subject = newSubject()
    const tree = '{"type":"record","name":"Tree","fields":[{"name":"children","type":{"type":"array","items":"Tree"}}]}'
    expect(await register(subject, tree)).toMatchObject({ status: 200 })
    const wider = tree.replace(']}', ',{"name":"label","type":"string","default":""}]}')
    expect(await register(subject, wider)).toMatchObject({ status: 200 })
    expect(await ask('GET', `/subjects/${subject}/versions/latest/schema`)).toMatchObject({ body: JSON.parse(wider) })
  })
})

describe('answers', () => {
  test.each([
    [undefined, MEDIA_TYPE],
    ['*/*', MEDIA_TYPE],
    ['application/json', 'application/json'],
    ['application/vnd.schemaregistry+json', 'application/vnd.schemaregistry+json'],
    [`${MEDIA_TYPE}, application/json; q=0.9`, MEDIA_TYPE],
  ])('to Accept %s come as %s', async (accept, type) => {
    const answer = await ask('GET', '/subjects', undefined, { headers: accept === undefined ? {} : { accept } })
    expect(answer.headers['content-type']).toMatch(type)
  })

  test('every media type of the protocol is read, and unknown properties are left alone', async () => {
    for (const type of [MEDIA_TYPE, 'application/vnd.schemaregistry+json', 'application/json; charset=utf-8']) {
      expect(await ask('POST', '/subjects/typed/versions', { schema: ID, foo: 1 }, { type })).toMatchObject({
        status: 200,
      })
    }
    expect(await ask('GET', '/subjects/typed/versions')).toMatchObject({ body: [1] })
  })

  test('say what the server is', async () => {
    expect(await ask('GET', '/')).toMatchObject({ status: 200, body: {} })
    expect(await ask('GET', '/v1/metadata/id')).toMatchObject({ status: 200, body: { scope: { path: [] } } })
    expect(await ask('GET', '/contexts')).toMatchObject({ status: 200, body: [':.:'] })
  })
})

describe('text', () => {
  test('attributes in another order and white space make no new schema; a doc does', async () => {
    const subject = newSubject()
    const { body: first } = await register(
      subject,
      '{"type":"record","name":"A","fields":[{"name":"b","type":"long","default":9007199254740993}]}',
    )
    const again =
      '{ "fields": [{"default": 9007199254740993, "type": {"type": "long"}, "name": "b"}], "name": "A", "type": "record" }'
    expect(await register(subject, again)).toMatchObject({ body: first })
    await register(subject, again.replace('"name": "A"', '"name": "A", "doc": "said"'))
    expect(await ask('GET', `/subjects/${subject}/versions`)).toMatchObject({ body: [1, 2] })
  })

  test('spellings of one schema are registered and looked up as one, those of an earlier release too', async () => {
    const [subject, other] = [newSubject(), newSubject()]
    const one =
      '{"type":"record","name":"Spelled","namespace":"shop","fields":[{"name":"next","type":["null","Spelled"]}]}'
    const spellings = [
      '{"type":"record","name":"shop.Spelled","aliases":[],"fields":[{"name":"next","type":["null","Spelled"]}]}',
      one.replace('"null","Spelled"', '"null","shop.Spelled"'),
      one.replace('"Spelled"]}', '"Spelled"],"order":"ascending"}'),
    ]
    const { body } = await register(subject, one)
    const { id } = body as { id: number }
    const pool = openPool(databaseUrl(), { name: 'test registry', max: 1, settings: REGISTRY_SETTINGS })
    // As an earlier release left it.
    await pool.query(`update registry.schemas set fingerprint = '', spelled = false, text = $2 where id = $1`, [
      id,
      spellings[0],
    ])
    await pool.end()
    for (const schema of spellings) {
      for (const query of ['', '?normalize=true']) {
        expect(await ask('POST', `/subjects/${subject}${query}`, { schema })).toMatchObject({ body: { id } })
        expect(await register(subject, schema, query)).toMatchObject({ body: { id } })
        expect(await register(other, schema, query)).toMatchObject({ body: { id } })
      }
    }
    expect(await ask('GET', `/subjects/${subject}/versions`)).toMatchObject({ body: [1] })
  })

  test('a number keeps its digits', async () => {
    const subject = newSubject()
    const schema = '{"type":"record","name":"A","fields":[{"name":"b","type":"long","default":9007199254740993}]}'
    await register(subject, schema)
    const shown = await service().app.inject({ url: `/registry/subjects/${subject}/versions/1/schema` })
    expect(shown.body).toBe(schema)
  })

  test('?normalize=true takes the order of other attributes as no difference', async () => {
    const subject = newSubject()
    const one = '{"type":"string","b":1,"a":2}'
    const other = '{"type":"string","a":2,"b":1}'
    const { body } = await register(subject, one, '?normalize=true')
    expect(await register(subject, other, '?normalize=true')).toMatchObject({ body })
    expect(await ask('POST', `/subjects/${subject}?normalize=true`, { schema: one })).toMatchObject({ status: 200 })
    expect(await ask('POST', `/subjects/${subject}`, { schema: one })).toMatchObject(refused(40403))
  })
})
