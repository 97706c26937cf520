/** The registry as its clients use it. Longer than 300 lines because all of it shares one service, and its lines are tables. */
import fastify from 'fastify'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { ApiServer } from '../../api/api-server.ts'
import { judgeThread, type JudgeThreadOptions } from '../../contract/judgement/judge-thread.ts'
import { registryRest } from '../../contract/rest/rest.ts'
import { askedRegistry, refused } from './ask-registry.ts'
import { recordOf } from './registry-contract.ts'

const { ask, register, newSubject, service } = askedRegistry()
const ID = recordOf([{ name: 'id' }])

describe('levels', () => {
  test('an incompatible schema is refused with its path and rule, and the checks say the same', async () => {
    const subject = newSubject()
    await register(subject, ID)
    const next = recordOf([{ name: 'id' }, { name: 'must' }])
    const words = /READER_FIELD_MISSING_DEFAULT_VALUE.*\/fields\/1/
    expect(await register(subject, next)).toMatchObject(refused(409, words))
    for (const path of ['versions', 'versions/latest', 'versions/1']) {
      const check = await ask('POST', `/compatibility/subjects/${subject}/${path}?verbose=true`, { schema: next })
      expect(check.body).toEqual({
        is_compatible: false,
        messages: expect.arrayContaining([expect.stringMatching(words)]),
      })
      expect(await ask('POST', `/compatibility/subjects/${subject}/${path}`, { schema: next })).toMatchObject({
        body: { is_compatible: false },
      })
    }
  })

  test('a check against one version looks at that one, even where the level is transitive', async () => {
    const subject = newSubject()
    await ask('PUT', `/config/${subject}`, { compatibility: 'NONE' })
    await register(subject, ID)
    await register(subject, recordOf([{ name: 'id', type: 'int' }]))
    await ask('PUT', `/config/${subject}`, { compatibility: 'FULL_TRANSITIVE' })
    const check = (path: string) => ask('POST', `/compatibility/subjects/${subject}/${path}`, { schema: ID })
    expect((await check('versions/1')).body).toEqual({ is_compatible: true })
    expect((await check('versions/latest')).body).toEqual({ is_compatible: false })
    expect((await check('versions')).body).toEqual({ is_compatible: false })
  })

  test('a subject without a level has that of all, which goes back to BACKWARD', async () => {
    const subject = newSubject()
    await ask('PUT', '/config', { compatibility: 'full' })
    expect((await ask('GET', '/config')).body).toEqual({ compatibilityLevel: 'FULL' })
    expect((await ask('GET', `/config/${subject}?defaultToGlobal=true`)).body).toEqual({ compatibilityLevel: 'FULL' })
    expect((await ask('DELETE', '/config')).body).toEqual({ compatibilityLevel: 'FULL' })
    expect((await ask('GET', '/config')).body).toEqual({ compatibilityLevel: 'BACKWARD' })
  })
})

describe('references', () => {
  const address = '{"type":"record","name":"Address","namespace":"shop","fields":[{"name":"city","type":"string"}]}'
  const person = '{"type":"record","name":"Person","namespace":"shop","fields":[{"name":"home","type":"shop.Address"}]}'

  async function referring() {
    const [target, user] = [newSubject(), newSubject()]
    await register(target, address)
    const references = [{ name: 'shop.Address', subject: target, version: 1 }]
    const registered = await ask('POST', `/subjects/${user}/versions`, { schema: person, references })
    return { target, user, references, id: Reflect.get(registered.body as object, 'id') as number }
  }

  test('a schema brings the types that it refers to, through others too', async () => {
    const { user, references } = await referring()
    const team =
      '{"type":"record","name":"Team","namespace":"shop","fields":[{"name":"lead","type":"Person"},{"name":"seat","type":"Address"}]}'
    const through = [{ name: 'shop.Person', subject: user, version: 1 }]
    expect(
      await ask('POST', `/subjects/${newSubject()}/versions`, { schema: team, references: through }),
    ).toMatchObject({ status: 200 })
    expect(await ask('POST', `/subjects/${user}`, { schema: person, references })).toMatchObject({
      status: 200,
      body: { references },
    })
    expect(await ask('POST', `/subjects/${user}`, { schema: person })).toMatchObject(refused(42201))
  })

  test('only so many, and those that they bring in, are read', async () => {
    const subject = newSubject()
    const references = Array.from({ length: 101 }, () => ({ name: 'x', subject, version: 1 }))
    expect(await ask('POST', `/subjects/${subject}`, { schema: person, references })).toMatchObject(
      refused(42201, /more than 100 schemas/),
    )
  })

  test('a chain of them counts whole, however few each names', async () => {
    const name = (link: number) => `Link${String(link)}`
    const linked = (link: number) => {
      const fields = link === 0 ? [] : [{ name: 'next', type: name(link - 1) }]
      return JSON.stringify({ type: 'record', name: name(link), fields })
    }
    const subject = newSubject()
    const over = (link: number) => ({
      schema: linked(link),
      references: link === 0 ? [] : [{ name: name(link - 1), subject: `${subject}-${String(link - 1)}`, version: 1 }],
    })
    const add = (link: number) => ask('POST', `/subjects/${subject}-${String(link)}/versions`, over(link))
    for (let link = 0; link <= 100; link++) expect([link, (await add(link)).status]).toEqual([link, 200])
    // It refers to one, which brings in a hundred more.
    const refusal = refused(42201, /more than 100 schemas, .* with those that they bring in/)
    expect(await add(101)).toMatchObject(refusal)
    expect(await ask('POST', `/compatibility/subjects/${subject}-100/versions`, over(101))).toMatchObject(refusal)
    // Two ways to the same one are one: these two bring in a hundred together.
    const references = [99, 98].map((link) => ({ name: name(link), subject: `${subject}-${String(link)}`, version: 1 }))
    const both = JSON.stringify({ type: 'record', name: 'Both', fields: [{ name: 'next', type: name(99) }] })
    expect(await ask('POST', `/subjects/${subject}-both/versions`, { schema: both, references })).toMatchObject({
      status: 200,
    })
  })

  test('format=resolved is refused where it would not be true', async () => {
    const { id, target } = await referring()
    expect(await ask('GET', `/schemas/ids/${String(id)}?format=resolved`)).toMatchObject(refused(422, /resolved/))
    expect(await ask('GET', `/subjects/${target}/versions/1?format=resolved`)).toMatchObject({ status: 200 })
  })

  test('compatibility looks into what is referred to', async () => {
    const { target, user } = await referring()
    await ask('PUT', `/config/${target}`, { compatibility: 'NONE' })
    await register(target, address.replace('"string"', '"int"'))
    const references = [{ name: 'shop.Address', subject: target, version: 2 }]
    expect(await ask('POST', `/subjects/${user}/versions`, { schema: person, references })).toMatchObject(
      refused(409, /TYPE_MISMATCH/),
    )
  })

  test('an id means the same for ever, whatever is deleted and whoever takes the subject', async () => {
    const { target, user, id } = await referring()
    expect(await ask('GET', `/subjects/${target}/versions/1/referencedby`)).toMatchObject({ body: [id] })
    expect(await ask('DELETE', `/subjects/${target}`)).toMatchObject(refused(42206))
    expect(await ask('DELETE', `/subjects/${target}/versions/1`)).toMatchObject(refused(42206))
    await ask('DELETE', `/subjects/${user}`)
    expect(await ask('DELETE', `/subjects/${target}`)).toMatchObject({ status: 200, body: [1] })
    // Deleted softly, the user can still be asked for.
    expect(await ask('DELETE', `/subjects/${target}?permanent=true`)).toMatchObject(refused(42206))
    await ask('DELETE', `/subjects/${user}?permanent=true`)
    // And so can its id, even then.
    expect(await ask('DELETE', `/subjects/${target}?permanent=true`)).toMatchObject(refused(42206))
    expect(await ask('DELETE', `/subjects/${target}/versions/1?permanent=true`)).toMatchObject(refused(42206))
    await register(target, address.replace('"string"', '"long"'))
    const { body } = await ask('GET', `/schemas/ids/${String(id)}`)
    expect(body).toMatchObject({ references: [{ subject: target, version: 1 }] })
    expect(await ask('GET', `/subjects/${target}/versions/1?deleted=true`)).toMatchObject({ body: { schema: address } })
    // The same over the same again is the same, over others another.
    const again = (version: number) =>
      ask('POST', `/subjects/${user}/versions`, {
        schema: person,
        references: [{ name: 'shop.Address', subject: target, version }],
      })
    expect(await again(1)).toMatchObject({ body: { id } })
    await ask('PUT', `/config/${user}`, { compatibility: 'NONE' })
    expect(await again(2)).not.toMatchObject({ body: { id } })
  })
})

describe('a judge that is busy', () => {
  const DEEP = recordOf(Array.from({ length: 4_000 }, (_, index) => ({ name: `f${String(index)}`, type: 'int' })))
  test.each([
    ['with a full queue', { mostWaiting: 0, deadline: 60_000 }, /schemas wait to be read/],
    ['that reaches its deadline', { mostWaiting: 16, deadline: 1 }, /was not read within 1 ms/],
  ])('%s says to come again, and nothing against the schema', async (_, options, words) => {
    const { app } = await serverOf(options)
    const answers = await Promise.all([1, 2, 3].map(() => ask('POST', '/subjects/busy', { schema: DEEP }, { to: app })))
    const busy = answers.filter(({ status }) => status === 503)
    expect(busy.length).toBeGreaterThanOrEqual(options.mostWaiting === 0 ? 2 : 3)
    for (const answer of busy) {
      expect(answer).toMatchObject({ body: { error_code: 50002, message: expect.stringMatching(words) as string } })
      expect(answer.headers).toMatchObject({ 'retry-after': '1' })
    }
    // What was answered was read: nobody has registered it.
    for (const { body } of answers.filter(({ status }) => status !== 503))
      expect(body).toMatchObject({ error_code: 40401 })
  })

  test('of the service, asked forty at a time, answers some, and the others with 503 and when to come again', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask('POST', '/subjects/busy', { schema: DEEP })))
    const [busy, read] = [
      answers.filter(({ status }) => status === 503),
      answers.filter(({ status }) => status === 404),
    ]
    expect([busy.length > 0, read.length > 0, busy.length + read.length]).toEqual([true, true, 40])
    for (const { headers } of busy) expect(headers).toMatchObject({ 'retry-after': '1' })
  })

  /** The registry's face alone, over the database of the others. */
  async function serverOf(options: JudgeThreadOptions) {
    const app = fastify()
    const { judge, stop } = judgeThread(options)
    onTestFinished(async () => {
      await app.close()
      await stop()
    })
    const configs = { read: {}, write: {}, judge: {} } as Parameters<typeof registryRest>[1]['configs']
    const explain = (_: unknown, error: unknown) => ({ status: 500, message: String(error), headers: {} })
    await app.register(registryRest, {
      prefix: '/registry',
      pool: service().parts.registry ?? expect.fail(),
      judge,
      version: '1',
      configs,
      explain,
    })
    return { app: app as unknown as ApiServer }
  }
})

describe('deleting', () => {
  test('a version is deleted softly, then for good; its schema stays readable by its id', async () => {
    const subject = newSubject()
    const { body } = await register(subject, recordOf([{ name: subject.replace('-', '_') }]))
    const id = Reflect.get(body as object, 'id') as number
    expect(await ask('DELETE', `/subjects/${subject}/versions/1?permanent=true`)).toMatchObject(refused(40407))
    expect(await ask('DELETE', `/subjects/${subject}/versions/latest`)).toMatchObject({ status: 200, body: 1 })
    expect(await ask('DELETE', `/subjects/${subject}/versions/1`)).toMatchObject(refused(40406))
    expect(await ask('GET', `/subjects/${subject}/versions/1`)).toMatchObject(refused(40401))
    expect(await ask('GET', `/subjects/${subject}/versions/1?deleted=true`)).toMatchObject({ body: { id } })
    expect(await ask('GET', `/subjects/${subject}/versions?deletedOnly=true`)).toMatchObject({ body: [1] })
    expect(await ask('GET', `/schemas/ids/${String(id)}/versions`)).toMatchObject({ body: [] })
    expect(await ask('DELETE', `/subjects/${subject}/versions/1?permanent=true`)).toMatchObject({
      status: 200,
      body: 1,
    })
    expect(await ask('GET', `/subjects/${subject}/versions/1?deleted=true`)).toMatchObject(refused(40401))
    expect(await ask('GET', `/schemas/ids/${String(id)}`)).toMatchObject({ status: 200 })
    expect(await register(subject, recordOf([{ name: subject.replace('-', '_') }]))).toMatchObject({ body: { id } })
  })

  test('a subject that is deleted takes its level and its mode along', async () => {
    const subject = newSubject()
    await ask('PUT', `/config/${subject}`, { compatibility: 'FULL' })
    await register(subject, ID)
    await ask('DELETE', `/subjects/${subject}`)
    expect(await ask('GET', `/config/${subject}`)).toMatchObject(refused(40408))
    expect(await register(subject, recordOf([{ name: 'other', type: 'int' }]))).toMatchObject({ status: 200 })
    expect(await ask('GET', `/subjects/${subject}/versions`)).toMatchObject({ body: [2] })
  })

  test('of all schemas the ones asked for are listed', async () => {
    const prefix = newSubject()
    for (const name of ['a', 'b']) await register(`${prefix}.${name}`, recordOf([{ name }]))
    await register(`${prefix}.a`, recordOf([{ name: 'a' }, { name: 'more', default: '' }]))
    await ask('DELETE', `/subjects/${prefix}.b`)
    const listed = async (query: string) => {
      const { body } = await ask('GET', `/schemas?subjectPrefix=${prefix}${query}`)
      return (body as { subject: string; version: number }[]).map(
        ({ subject, version }) => `${subject.slice(-1)}${String(version)}`,
      )
    }
    expect(await listed('')).toEqual(['a1', 'a2'])
    expect(await listed('&deleted=true')).toEqual(['a1', 'a2', 'b1'])
    expect(await listed('&latestOnly=true')).toEqual(['a2'])
    expect(await listed('&deleted=true&offset=1&limit=1')).toEqual(['a2'])
  })
})

describe('modes', () => {
  test('READONLY of a subject refuses its writes, and nothing else', async () => {
    const subject = newSubject()
    await register(subject, ID)
    await ask('PUT', `/mode/${subject}`, { mode: 'READONLY' })
    expect(await register(subject, recordOf([{ name: 'id' }, { name: 'more', default: '' }]))).toMatchObject(
      refused(42205),
    )
    expect(await ask('DELETE', `/subjects/${subject}`)).toMatchObject(refused(42205))
    expect(await ask('PUT', `/config/${subject}`, { compatibility: 'FULL' })).toMatchObject(refused(42205))
    expect(await register(subject, ID)).toMatchObject({ status: 200 })
    expect(await register(newSubject(), ID)).toMatchObject({ status: 200 })
    expect(await ask('DELETE', `/mode/${subject}`)).toMatchObject({ body: { mode: 'READONLY' } })
    expect(await ask('GET', `/mode/${subject}?defaultToGlobal=true`)).toMatchObject({ body: { mode: 'READWRITE' } })
    expect(await ask('DELETE', `/mode/${subject}`)).toMatchObject(refused(40409))
  })

  test('READONLY of all leaves out a subject of its own mode, READONLY_OVERRIDE does not', async () => {
    const subject = newSubject()
    await ask('PUT', `/mode/${subject}`, { mode: 'READWRITE' })
    await ask('PUT', '/mode', { mode: 'READONLY' })
    expect(await register(newSubject(), ID)).toMatchObject(refused(42205))
    expect(await register(subject, ID)).toMatchObject({ status: 200 })
    await ask('PUT', '/mode', { mode: 'READONLY_OVERRIDE' })
    expect(await register(subject, recordOf([{ name: 'other', default: '' }]))).toMatchObject(refused(42205))
    expect(await ask('DELETE', '/mode')).toMatchObject({ body: { mode: 'READONLY_OVERRIDE' } })
    expect(await ask('GET', '/mode')).toMatchObject({ body: { mode: 'READWRITE' } })
  })

  test('IMPORT takes ids and versions as they are given, and only there', async () => {
    const [subject, other] = [newSubject(), newSubject()]
    const schema = recordOf([{ name: 'imported' }], 'Imported')
    const imported = (to: string, body: object) => ask('POST', `/subjects/${to}/versions`, { schema, ...body })
    expect(await imported(subject, { id: 70_001, version: 7 })).toMatchObject(refused(42205))
    await ask('PUT', `/mode/${subject}`, { mode: 'IMPORT' })
    expect(await imported(subject, {})).toMatchObject(refused(42205))
    expect(await imported(subject, { id: 70_001, version: 7 })).toMatchObject({ status: 200, body: { id: 70_001 } })
    expect(await imported(subject, { id: 70_001, version: 7 })).toMatchObject({ status: 200, body: { id: 70_001 } })
    expect(await ask('GET', `/subjects/${subject}/versions`)).toMatchObject({ body: [7] })
    const different = { schema: recordOf([{ name: 'different' }], 'Imported'), version: 8 }
    expect(await imported(subject, { ...different, id: 70_001 })).toMatchObject(refused(42205, /70001/))
    await ask('DELETE', `/mode/${subject}`)
    // An id that the registry gives by itself lies behind all that were brought.
    expect(await register(other, recordOf([{ name: 'after' }], 'After'))).toMatchObject({ body: { id: 70_002 } })
    expect(await ask('PUT', `/mode/${other}`, { mode: 'IMPORT' })).toMatchObject(refused(42205))
    expect(await ask('PUT', `/mode/${other}?force=true`, { mode: 'IMPORT' })).toMatchObject({ status: 200 })
  })
})

test('messages repeat a part of what was sent, and without verbose stop at the first reason', async () => {
  const subject = newSubject()
  await ask('PUT', `/config/${subject}`, { compatibility: 'NONE' })
  const fields = (start: number, count: number) =>
    Array.from({ length: count }, (_, i) => ({ name: `${'x'.repeat(900)}${String(start + i)}`, type: 'int' }))
  for (let version = 0; version < 3; version++) await register(subject, recordOf(fields(version, 1)))
  await ask('PUT', `/config/${subject}`, { compatibility: 'FULL_TRANSITIVE' })
  const check = (query: string) =>
    ask('POST', `/compatibility/subjects/${subject}/versions${query}`, { schema: recordOf(fields(1_000, 900)) })
  const { body } = await check('?verbose=true')
  const { messages } = body as { messages: readonly string[] }
  expect(messages.join('').length).toBeLessThan(70_000)
  expect(messages.at(-2)).toMatch(/^… and \d+ more$/)
  expect((await check('')).body).toEqual({ is_compatible: false })
  const answer = await register(subject, recordOf(fields(1_000, 900)))
  expect(answer).toMatchObject(refused(409, /… and \d+ more/))
  expect(JSON.stringify(answer.body).length).toBeLessThan(100_000)
})

test('numbers that are imported never use up those that the registry gives', async () => {
  const subject = newSubject()
  const imported = (body: object) =>
    ask('POST', `/subjects/${subject}/versions`, { schema: recordOf([{ name: 'far' }], 'Far'), ...body })
  await ask('PUT', `/mode/${subject}`, { mode: 'IMPORT' })
  expect(await imported({ id: 2_147_483_647 })).toMatchObject(refused(42205, /beyond 1000000000/))
  expect(await imported({ id: 80_001, version: 2_147_483_647 })).toMatchObject(refused(42205, /beyond 1000000/))
  expect(await imported({ id: 80_001, version: 1_000_000 })).toMatchObject({ status: 200 })
  await ask('DELETE', `/mode/${subject}`)
  expect(await register(subject, recordOf([{ name: 'far' }, { name: 'on', default: '' }], 'Far'))).toMatchObject({
    status: 200,
  })
  expect(await ask('GET', `/subjects/${subject}/versions`)).toMatchObject({ body: [1_000_000, 1_000_001] })
})

test.each([
  { normalize: true },
  { alias: 'other' },
  { compatibilityGroup: 'major' },
  { overrideMetadata: { properties: { owner: 'a' } } },
  { defaultRuleSet: { domainRules: [{ name: 'r' }] } },
  { metadata: { tags: { f: ['PII'] } } },
  { ruleSet: { migrationRules: [{ name: 'r' }] } },
  { schemaTagsToAdd: [{ tags: ['PII'] }] },
])('what is not done is refused by its name, and nothing of the request is in force: %j', async (asked) => {
  const [name = ''] = Object.keys(asked)
  const subject = newSubject()
  const words = new RegExp(`"${name}" is not done`)
  expect(await ask('PUT', `/config/${subject}`, { compatibility: 'FULL', ...asked })).toMatchObject(refused(422, words))
  expect(await ask('GET', `/config/${subject}`)).toMatchObject(refused(40408))
  expect(await ask('POST', `/subjects/${subject}/versions`, { schema: ID, ...asked })).toMatchObject(
    refused(422, words),
  )
  expect(await ask('GET', `/subjects/${subject}/versions`)).toMatchObject(refused(40401))
})

test('what says nothing counts as absent, and a level is understood as it is shown', async () => {
  const subject = newSubject()
  const nothing = { normalize: false, alias: '', metadata: { tags: {}, properties: null }, ruleSet: null }
  expect(await ask('PUT', `/config/${subject}`, { compatibilityLevel: 'FULL', ...nothing })).toMatchObject({
    body: { compatibility: 'FULL' },
  })
  const two = { compatibility: 'NONE', compatibilityLevel: 'FULL' }
  expect(await ask('PUT', `/config/${subject}`, two)).toMatchObject(refused(422, /two levels/))
  expect(await ask('GET', `/config/${subject}`)).toMatchObject({ body: { compatibilityLevel: 'FULL' } })
  expect(await ask('POST', `/subjects/${subject}/versions`, { schema: ID, ...nothing })).toMatchObject({ status: 200 })
})

describe('where tokens are configured', () => {
  const tokens = (['read', 'operate', 'admin'] as const).map((role) => ({
    name: role,
    role,
    secret: `secret-of-${role}`,
  }))
  const as = (role: string) => ({ headers: { authorization: `Bearer secret-of-${role}` } })

  test('reading, looking up and checking need read, everything else admin', async () => {
    const subject = newSubject()
    const to = service().another({}, { tokens })
    await to.ready()
    const write = (role: string) => ask('POST', `/subjects/${subject}/versions`, { schema: ID }, { ...as(role), to })
    expect(await ask('GET', '/subjects', undefined, { to })).toMatchObject(refused(401))
    expect(await ask('GET', '/subjects', undefined, { ...as('read'), to })).toMatchObject({ status: 200 })
    expect(await write('operate')).toMatchObject(refused(403))
    expect(await write('admin')).toMatchObject({ status: 200 })
    const body = { schema: ID }
    expect(await ask('POST', `/subjects/${subject}`, body, { ...as('read'), to })).toMatchObject({ status: 200 })
    expect(
      await ask('POST', `/compatibility/subjects/${subject}/versions/latest`, body, { ...as('read'), to }),
    ).toMatchObject({ status: 200 })
    for (const [method, path] of [
      ['PUT', '/config'],
      ['PUT', '/mode'],
      ['DELETE', `/subjects/${subject}`],
    ] as const) {
      expect(await ask(method, path, {}, { ...as('operate'), to })).toMatchObject(refused(403))
    }
  })
})

test('the whole registry is absent where another one is used', async () => {
  const other = service().another({ registry: null })
  await other.ready()
  const answer = await other.inject({ url: '/registry/subjects' })
  expect(answer.statusCode).toBe(404)
})
