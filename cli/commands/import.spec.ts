import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { claimDataDirectory } from '../../app/start/run-file.ts'
import { answerJson, answeringService, runInProcess, type Answer, type AnsweringService } from '../load/test-kit.ts'

let folder = ''
let service: AnsweringService | null = null

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orderledger-import-'))
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await service?.close()
  service = null
  await rm(folder, { recursive: true })
})

const created = answerJson(201, {})
const problem = (status: number, code: string) => answerJson(status, { code })

/** A service that answers an order by its id. */
async function shopAnswering(byOrder: Readonly<Record<string, Answer>>): Promise<string> {
  service = await answeringService((response, request) => {
    if (request.method === 'GET') return answerJson(200, {})(response, request)
    const { orderId }: { orderId: string } = JSON.parse(request.body)
    return (byOrder[orderId] ?? created)(response, request)
  })
  return service.url
}

async function fileOf(...lines: readonly string[]): Promise<string> {
  const path = join(folder, 'orders.jsonl')
  await writeFile(path, lines.join('\n'))
  return path
}

const order = (orderId: string) => JSON.stringify({ orderId, customerId: 'c1', lines: [{ sku: 'A', quantity: 1 }] })

test('the report counts every line by what became of it, and the exit code says that not all is in', async () => {
  const url = await shopAnswering({ o2: answerJson(200, {}), o3: problem(422, 'out-of-stock') })
  const file = await fileOf(order('o1'), order('o2'), order('o3'), 'no json', '', order('o4'))
  const { code, stdout } = await runInProcess('import', 'orders', file, '--url', url, '--json')
  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({
    kind: 'orders',
    sent: 5,
    accepted: 2,
    alreadyThere: 1,
    refusedBy: { 'out-of-stock': 1 },
    invalid: 1,
    failed: 0,
    interrupted: false,
    goOn: null,
    linesNotTaken: [
      { line: 3, outcome: 'refused', pointer: '', message: 'out-of-stock' },
      { line: 4, outcome: 'invalid', pointer: '', message: expect.stringMatching(/^not JSON/) },
    ],
  })
})

test('an import that is all in exits with 0', async () => {
  const url = await shopAnswering({ o2: answerJson(200, {}) })
  const { code, stdout } = await runInProcess('import', 'orders', await fileOf(order('o1'), order('o2')), '--url', url)
  expect(code).toBe(0)
  expect(stdout).toContain('accepted       1')
  expect(stdout).toContain('already there  1')
  expect(stdout).not.toContain('continue with')
})

test('after failures the import goes on from the first of them', async () => {
  const url = await shopAnswering({ o2: problem(500, 'internal'), o4: problem(500, 'internal') })
  const file = await fileOf(order('o1'), order('o2'), order('o3'), order('o4'), order('o5'))
  const { code, stdout } = await runInProcess('import', 'orders', file, '--url', url, '-c', '2')
  expect(code).toBe(1)
  expect(stdout).toContain('line 2 failed: internal')
  expect(stdout).toContain(`continue with: orderledger import orders ${file} -c 2 --from-line 2 --url ${url}`)
})

test('when the service is gone the import ends, and goes on from the first line without an answer', async () => {
  const busy = answerJson(503, {}, { 'retry-after': '3600' })
  const url = await shopAnswering({ o2: busy })
  const file = await fileOf(order('o1'), order('o2'), order('o3'), order('o4'))
  const { code, stdout } = await runInProcess('import', 'orders', file, '--url', url, '-c', '1', '--json')
  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({
    sent: 2,
    accepted: 1,
    failedBy: { 'no-answer (answered 503)': 1 },
    interrupted: true,
    goOn: expect.stringContaining('--from-line 2'),
  })
})

test('--from-line leaves out what stands before it', async () => {
  const url = await shopAnswering({})
  const file = await fileOf(order('o1'), order('o2'), order('o3'))
  const { stdout } = await runInProcess('import', 'orders', file, '--url', url, '--from-line', '3', '--json')
  expect(JSON.parse(stdout)).toMatchObject({ sent: 1, accepted: 1 })
  expect(service?.seen.flatMap(({ body }) => (body === '' ? [] : [body]))).toEqual([order('o3')])
})

test('a service that wants a token is named as such before anything is sent', async () => {
  service = await answeringService(problem(401, 'unauthorized'))
  const { code, stderr } = await runInProcess('import', 'orders', await fileOf(order('o1')), '--url', service.url)
  expect(code).toBe(2)
  expect(stderr).toContain('401 unauthorized')
  expect(stderr).toContain('set ORDERLEDGER_TOKEN')
  expect(service.seen.map(({ method }) => method)).toEqual(['GET'])
})

test('a token of the configuration goes to the service of a run.json that nobody else could write, and nowhere else', async () => {
  vi.stubEnv('API_TOKENS', 'ops:admin:of-operations')
  vi.stubEnv('DATA_DIR', join(folder, 'data'))
  const url = await shopAnswering({})
  const claim = claimDataDirectory(join(folder, 'data'), 'start')
  const file = await fileOf(order('o1'))
  const sent = () => service?.seen.map(({ headers }) => headers.authorization)

  await runInProcess('import', 'orders', file, '--url', url)
  expect(sent()).toEqual([undefined, undefined])
  claim.publish({ url, databaseUrl: 'postgres://127.0.0.1:1/shop', startedAt: new Date(0) })
  await runInProcess('import', 'orders', file)
  expect(sent()?.slice(2)).toEqual(['Bearer of-operations', 'Bearer of-operations'])

  const run = join(claim.dataDir, 'run.json')
  await chmod(run, 0o620)
  vi.stubEnv('ORDERLEDGER_TOKEN', 'of-a-client')
  const { code, stderr } = await runInProcess('import', 'orders', file)
  expect(code).toBe(1)
  expect(stderr).toContain(`chmod 600 ${run}`)
  expect(sent()).toHaveLength(4)
  vi.stubEnv('ORDERLEDGER_TOKEN', '')
  await runInProcess('import', 'orders', file, '--url', url)
  expect(sent()?.slice(4)).toEqual([undefined, undefined])
  claim.release()
})

test.each([
  ['a file that is not there', 'missing.jsonl', /ENOENT/],
  ['a folder', '.', /EISDIR/],
])('%s is a fault of the command line', async (_, name, message) => {
  const { code, stderr } = await runInProcess('import', 'orders', join(folder, name), '--url', 'http://127.0.0.1:1')
  expect(code).toBe(2)
  expect(stderr).toMatch(message)
})

test('a redirect is not followed, so no token goes where it leads', async () => {
  vi.stubEnv('ORDERLEDGER_TOKEN', 'of-a-client')
  const elsewhere = await answeringService(answerJson(200, {}))
  service = await answeringService(answerJson(307, {}, { location: elsewhere.url }))
  const { code } = await runInProcess('import', 'orders', await fileOf(order('o1')), '--url', service.url)
  expect(code).toBe(1)
  expect(service.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer of-a-client'])
  expect(elsewhere.seen).toEqual([])
  await elsewhere.close()
})

test('a URL that is none is a fault of the command line', async () => {
  const { code, stderr } = await runInProcess('import', 'orders', await fileOf(order('o1')), '--url', 'localhost:3000')
  expect(code).toBe(2)
  expect(stderr).toContain('"localhost:3000" is not the URL of a service')
})
