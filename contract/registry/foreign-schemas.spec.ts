import { createServer, type ServerResponse } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { judgeHere } from '../judgement/judgement.ts'
import { foreignSchemas } from './foreign-schemas.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** A registry that answers each request like this, and what it was asked. */
async function registry(answer: (response: ServerResponse) => void) {
  const asked: string[] = []
  const server = createServer(({ url = '' }, response) => {
    asked.push(url)
    answer(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('the server listens on no port')
  return { url: `http://127.0.0.1:${String(address.port)}`, asked }
}

const json =
  (body: object, status = 200) =>
  (response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
const schema = (text: unknown) => json({ schema: typeof text === 'string' ? text : JSON.stringify(text) })
const WEATHER = {
  ...{ type: 'record', name: 'Weather', namespace: 'others' },
  fields: [
    { name: 'city', type: 'string' },
    { name: 'degrees', type: { type: 'array', items: 'int' } },
  ],
}

function framed(id: number, body: Buffer): Buffer {
  const header = Buffer.alloc(5)
  header.writeInt32BE(id, 1)
  return Buffer.concat([header, body])
}
const rain = Buffer.from([8, 0x42, 0x6f, 0x6e, 0x6e, 2, 24, 0])

describe('messages of others', () => {
  test('are decoded by the schema in the registry, which is asked once for each', async () => {
    const { url, asked } = await registry(schema(WEATHER))
    const schemas = foreignSchemas(url, judgeHere)
    await schemas.learn([framed(7, rain), framed(7, rain), Buffer.from('{}')])
    await schemas.learn([framed(7, rain)])
    expect(schemas.decode(framed(7, rain))).toEqual({ type: 'others.Weather', data: { city: 'Bonn', degrees: [12] } })
    expect(asked).toEqual(['/schemas/ids/7'])
  })

  test('are refused when their bytes claim what would end the process', async () => {
    const { url } = await registry(schema(WEATHER))
    const schemas = foreignSchemas(url, judgeHere)
    const endless = framed(7, Buffer.from([8, 0x42, 0x6f, 0x6e, 0x6e, 0xfe, 0xff, 0xff, 0xff, 0x0f, 24]))
    await schemas.learn([endless])
    expect(() => schemas.decode(endless)).toThrow('others.Weather: ')
  })

  const deep = `${'{"type":"array","items":'.repeat(300)}"int"${'}'.repeat(300)}`
  test.each([
    ['it is no JSON', schema('{'), /JSON|expected/i],
    ['it is too deep', schema(deep), /nested|levels/],
    ['it is too long', schema(JSON.stringify('x'.repeat(1_000_001))), 'more than 1000000 characters'],
    ['one of its names is not a name', schema({ ...WEATHER, name: 'no name' }), /name/],
    ['it is not Avro', json({ schema: '{}', schemaType: 'JSON' }), 'JSON, not Avro'],
    ['it refers to others', json({ schema: '"int"', references: [{ name: 'a', subject: 'a', version: 1 }] }), 'refers'],
    ['it is not there', json({ error_code: 40403, message: 'Schema not found' }, 404), 'Schema not found'],
    ['the registry is silent', () => undefined, /500/],
  ])('are refused when of their schema %s, and it is not asked for again', async (_, answer, why) => {
    const { url, asked } = await registry(answer)
    const schemas = foreignSchemas(url, judgeHere, 500)
    const message = framed(7, rain)
    await schemas.learn([message])
    expect(() => schemas.decode(message)).toThrow(why)
    await schemas.learn([message])
    expect(asked).toHaveLength(1)
  })
})
