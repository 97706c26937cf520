/** The address of the payment provider's webhooks: its signature is all that it has to show. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signWebhook } from '../../reactors/payments/webhook-signature.ts'
import { StoreFailure } from '../../store/commit/command.ts'
import { openApiService, type ApiService } from '../support/api-service.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'

const SECRET = '0123456789abcdef'
const BODY = JSON.stringify({ key: 'o1/1', status: 'captured', reference: 'ch-1' })
const TOKENS = [{ name: 'reader', role: 'read', secret: 'secret-of-reader' }] as const
let database: TestDatabase
let service: ApiService

beforeAll(async () => {
  database = await testDatabase()
  service = await openApiService(database.url)
})

afterAll(async () => {
  await service.close()
  await database.drop()
})

type Webhooks = ApiService['parts']['payments']['webhooks']

/** A service that has tokens, and answers few requests of one client, with these webhooks. */
async function serving(webhooks: Webhooks): Promise<ApiService['app']> {
  const payments = { ...service.parts.payments, webhooks }
  const app = service.another({ payments }, { tokens: TOKENS, rateLimit: 1 })
  await app.ready()
  return app
}

async function send(
  app: ApiService['app'],
  headers: Readonly<Record<string, string>> = {},
  body = BODY,
): Promise<number> {
  const signature = signWebhook(Buffer.from(body), { secrets: [SECRET], at: Date.now() / 1_000 })
  const answer = await app.inject({
    method: 'POST',
    url: '/payments/webhook',
    headers: {
      ...{ host: 'localhost', 'content-type': 'application/json', 'orderledger-signature': signature },
      ...headers,
    },
    payload: body,
  })
  return answer.statusCode
}

test('needs no token, comes from any origin, and is not counted against the rate of requests', async () => {
  const app = await serving({ secrets: [SECRET], take: () => Promise.resolve('recorded') })
  const orders = () => app.inject({ method: 'GET', url: '/orders', headers: { host: 'localhost' } })
  expect((await orders()).statusCode).toBe(401)
  for (let times = 0; times < 20; times++) expect(await send(app, { origin: 'https://pay.example' })).toBe(204)
})

test('that was not recorded is answered with 5xx, so that it is sent again', async () => {
  const away = new StoreFailure('store-unavailable', 'the database is away')
  const app = await serving({ secrets: [SECRET], take: () => Promise.reject(away) })
  expect(await send(app)).toBe(503)
})

test('is unknown where there is no secret', async () => {
  const app = await serving({ secrets: [], take: () => Promise.resolve('recorded') })
  expect(await send(app)).toBe(404)
})

test('that is signed is taken whatever its headers say of its bytes, and needs no repetition where it cannot be read', async () => {
  const taken: string[] = []
  const take = ({ key }: { readonly key: string }) => {
    taken.push(key)
    return Promise.resolve('recorded' as const)
  }
  const app = await serving({ secrets: [SECRET], take })
  expect(await send(app, { 'content-type': 'application/json; charset=iso-8859-1' })).toBe(204)
  expect(taken).toEqual(['o1/1'])
  expect(await send(app, { 'content-encoding': 'gzip' }, 'no JSON')).toBe(204)
  expect(await send(app, {}, BODY.replace('}', `${' '.repeat(65_536)}}`))).toBe(204)
  expect(await send(app, {}, ' '.repeat(1_048_577))).toBe(413)
  expect(taken).toEqual(['o1/1'])
})
