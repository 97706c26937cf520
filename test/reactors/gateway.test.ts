/**
 * The payment gateway: the adapter against the simulator with every fault, and against answers that no gateway should give.
 * Over 300 lines: what is asked, what fails and what is reported are seen with one simulator, one book and one adapter.
 */
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSocketServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createLog } from '../../app/log.ts'
import { judgeCharge } from '../../app/gateway/behaviour.ts'
import { startGatewayChild } from '../../app/gateway/gateway-child.ts'
import type { SimulatorOptions } from '../../app/gateway/simulator.ts'
import { startSimulator, type RunningSimulator } from '../../app/gateway/start-simulator.ts'
import { isAlive } from '../../app/start/process-table.ts'
import { GatewayFailure, type Charge, type Refund } from '../../reactors/payments/gateway.ts'
import { chargeKey, refundKey } from '../../reactors/payments/gateway-keys.ts'
import { httpGateway, type HttpGateway } from '../../reactors/payments/http-gateway.ts'
import { parseWebhookBody, type WebhookBody } from '../../reactors/payments/webhook-body.ts'
import { SIGNATURE_HEADER, verifyWebhook, type SignatureVerdict } from '../../reactors/payments/webhook-signature.ts'
import { eventually } from '../support/eventually.ts'
import { runCommand, startCommand } from '../support/run-command.ts'
import { startProcess } from '../support/start-process.ts'

const SECRETS = ['0123456789abcdef']
const NEVER_REACHED_MS = 30_000

const releases: (() => Promise<unknown> | void)[] = []
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gateway-'))
})

afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release()
  rmSync(folder, { recursive: true })
})

async function simulator(options: Partial<SimulatorOptions> = {}): Promise<RunningSimulator> {
  const running = await startSimulator({
    port: 0,
    seed: 1,
    declines: 0,
    latency: { from: 0, to: 0 },
    faults: {},
    webhook: null,
    book: join(folder, 'book.jsonl'),
    clock: () => Date.now(),
    ...options,
  })
  releases.push(() => running.stop())
  return running
}

function adapter(url: string, timeoutMs = NEVER_REACHED_MS): HttpGateway {
  const gateway = httpGateway({ url, timeoutMs })
  releases.push(() => gateway.close())
  return gateway
}

function chargeOf(orderId: string, { attempt = 1, amount = 1_000, method = 'card' } = {}): Charge {
  return { key: chargeKey(orderId, attempt), orderId, attempt, method, amount: { amount, currency: 'EUR' } }
}

function refundOf(orderId: string, reference: string, { refund = 1, amount = 400 } = {}): Refund {
  const key = refundKey(orderId, refund)
  return { key, orderId, attempt: 1, reference, amount: { amount, currency: 'EUR' } }
}

async function captureOf(gateway: HttpGateway, orderId: string): Promise<string> {
  const outcome = await gateway.charge(chargeOf(orderId))
  if (outcome.status !== 'captured') throw new Error(`not captured: ${outcome.status}`)
  return outcome.reference
}

interface BookAnswer {
  readonly charges: readonly { readonly key: string; readonly status: string }[]
  readonly refunds: readonly unknown[]
  readonly reversals: readonly unknown[]
}

async function bookOf(url: string): Promise<BookAnswer> {
  return (await (await fetch(`${url}/book`)).json()) as BookAnswer
}

async function failureOf(call: Promise<unknown>): Promise<string> {
  const failure: unknown = await call.then(
    (outcome) => new Error(`an outcome: ${JSON.stringify(outcome)}`),
    (error: unknown) => error,
  )
  if (!(failure instanceof GatewayFailure)) throw failure
  expect(failure.retriable).toBe(true)
  return failure.code
}

/** An order whose card is declined, or not, by the seed. */
function orderThatIs(status: 'captured' | 'declined', declines: number): string {
  const behaviour = { seed: 1, declines, latency: { from: 0, to: 0 }, faults: {} }
  const orders = Array.from({ length: 1_000 }, (_, index) => `order-${index}`)
  const found = orders.find((id) => judgeCharge(behaviour, chargeKey(id, 1), 'card').outcome.status === status)
  if (found === undefined) throw new Error(`no order is ${status}`)
  return found
}

describe('a charge', () => {
  test('is captured or declined, and asked for again it is what it was', async () => {
    const { url } = await simulator({ declines: 0.5 })
    const gateway = adapter(url)
    const captured = chargeOf(orderThatIs('captured', 0.5))
    const declined = chargeOf(orderThatIs('declined', 0.5))
    const first = await Promise.all([captured, declined].map((charge) => gateway.charge(charge)))
    expect(first).toEqual([
      { status: 'captured', reference: expect.stringMatching(/^sim-[0-9a-f]{20}$/) as string, amount: captured.amount },
      { status: 'declined', reason: expect.stringMatching(/^[a-z-]+$/) as string },
    ])
    expect(await Promise.all([captured, declined].map((charge) => gateway.charge(charge)))).toEqual(first)
    expect(await Promise.all([captured, declined].map(({ key }) => gateway.outcomeOf(key)))).toEqual(first)
    expect(await gateway.outcomeOf(chargeKey('never.seen', 2))).toBeNull()
    expect((await bookOf(url)).charges).toHaveLength(2)
  })

  test('asked for fifty times at once is one charge', async () => {
    const { url } = await simulator({ latency: { from: 0, to: 20 } })
    const gateway = adapter(url)
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => gateway.charge(chargeOf('order-1'))))
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1)
    expect((await bookOf(url)).charges).toHaveLength(1)
  })

  test('of another amount or currency under a known key is a failure of its own, and takes nothing', async () => {
    const { url } = await simulator()
    const gateway = adapter(url)
    await captureOf(gateway, 'order-1')
    expect(await failureOf(gateway.charge(chargeOf('order-1', { amount: 1_001 })))).toBe('gateway-amount-conflict')
    const inDollars = { ...chargeOf('order-1'), amount: { amount: 1_000, currency: 'USD' } }
    expect(await failureOf(gateway.charge(inDollars))).toBe('gateway-amount-conflict')
    expect((await bookOf(url)).charges).toEqual([
      {
        key: 'order-1/1',
        method: 'card',
        amount: { amount: 1_000, currency: 'EUR' },
        status: 'captured',
        reference: expect.any(String) as string,
      },
    ])
  })

  test('that is pending settles by itself, also when the gateway was stopped in between', async () => {
    const behaviour = { seed: 1, declines: 0, latency: { from: 0, to: 0 }, faults: {} }
    const orderId = Array.from({ length: 100 }, (_, index) => `order-${index}`).find(
      (id) => judgeCharge(behaviour, chargeKey(id, 1), 'bank-transfer').pendingMs > 0,
    )
    const charge = chargeOf(orderId ?? '', { method: 'bank-transfer' })
    const before = await simulator()
    expect(await adapter(before.url).charge(charge)).toEqual({ status: 'pending' })
    expect(await adapter(before.url).outcomeOf(charge.key)).toEqual({ status: 'pending' })
    await before.stop()
    const gateway = adapter((await simulator()).url)
    await eventually(async () => (await gateway.outcomeOf(charge.key))?.status === 'captured')
    expect(await gateway.charge(charge)).toMatchObject({ status: 'captured' })
  })

  test('that is not one is refused, and is in no book', async () => {
    const { url } = await simulator()
    const gateway = adapter(url)
    const charge = chargeOf('order-1')
    for (const wrong of [
      { ...charge, attempt: 2 },
      { ...charge, orderId: 'order-2' },
      { ...charge, method: 'Card!' },
      { ...charge, amount: { amount: 0.5, currency: 'EUR' } },
      { ...charge, key: 'order-1/r1' },
    ])
      expect(await failureOf(gateway.charge(wrong))).toBe('gateway-refused')
    const post = (headers: Record<string, string>) =>
      fetch(`${url}/charges`, { method: 'POST', headers, body: JSON.stringify(charge) })
    expect((await post({ 'content-type': 'application/json' })).status).toBe(400)
    expect((await post({ 'content-type': 'application/json', 'idempotency-key': 'order-1/2' })).status).toBe(400)
    expect((await post({ 'content-type': 'text/plain', 'idempotency-key': charge.key })).status).toBe(400)
    expect((await bookOf(url)).charges).toEqual([])
  })
})

describe('a refund', () => {
  test('is done once, and is not more than was captured', async () => {
    const { url } = await simulator()
    const gateway = adapter(url)
    const reference = await captureOf(gateway, 'order-1')
    const refund = refundOf('order-1', reference)
    const outcome = await gateway.refund(refund)
    expect(outcome).toEqual({ status: 'refunded', reference: expect.stringMatching(/^simr-/) as string })
    expect(await gateway.refund(refund)).toEqual(outcome)
    expect(await gateway.outcomeOfRefund(refund.key)).toEqual(outcome)
    expect(await failureOf(gateway.refund({ ...refund, amount: { amount: 401, currency: 'EUR' } }))).toBe(
      'gateway-amount-conflict',
    )
    const more = refundOf('order-1', reference, { refund: 2, amount: 601 })
    expect(await gateway.refund(more)).toEqual({ status: 'refused', reason: 'more-than-left' })
    expect(await gateway.outcomeOfRefund(more.key)).toBeNull()
    // A refusal is kept under no key: with another amount it is judged again, and is no conflict.
    expect(await gateway.refund(refundOf('order-1', reference, { refund: 2, amount: 600 }))).toMatchObject({
      status: 'refunded',
    })
    expect(await gateway.refund(refundOf('order-2', reference))).toEqual({
      status: 'refused',
      reason: 'unknown-charge',
    })
    expect((await bookOf(url)).refunds).toHaveLength(2)
  })

  test('that is refused as a fault is judged again when it is asked for again', async () => {
    const { url } = await simulator({ faults: { refused: 0.5 } })
    const gateway = adapter(url)
    const refund = refundOf('order-1', await captureOf(gateway, 'order-1'))
    const outcomes: string[] = []
    await eventually(async () => {
      const { status } = await gateway.refund(refund)
      outcomes.push(status)
      return status === 'refunded' && outcomes.includes('refused') ? true : status === 'refunded' && outcomes.length > 5
    })
    expect(outcomes.slice(outcomes.indexOf('refunded'))).not.toContain('refused')
    expect((await bookOf(url)).refunds).toHaveLength(1)
  })
})

describe('a fault of the gateway', () => {
  const done = ['garbage', 'slow', 'lost'] as const
  const undone = ['timeout', '500'] as const
  const codes = {
    garbage: 'gateway-answer-unreadable',
    slow: 'gateway-timeout',
    lost: 'gateway-unreachable',
    timeout: 'gateway-timeout',
    500: 'gateway-failing',
  } as const

  test.each([...done, ...undone])('%s is no outcome, and the same key is charged and refunded once', async (fault) => {
    const wasDone = done.some((each) => each === fault)
    const calm = await simulator()
    const reference = await captureOf(adapter(calm.url), 'order-0')
    await calm.stop()

    const faulty = await simulator({ faults: { [fault]: 1 } })
    // Short where time has to run out, and where nothing is waited for long enough that it does not.
    const gateway = adapter(faulty.url, codes[fault] === 'gateway-timeout' ? 100 : NEVER_REACHED_MS)
    const charge = chargeOf('order-1')
    const refund = refundOf('order-0', reference)
    for (let times = 1; times <= 2; times++) {
      expect(await failureOf(gateway.charge(charge))).toBe(codes[fault])
      expect(await failureOf(gateway.outcomeOf(charge.key))).toBe(codes[fault])
      expect(await failureOf(gateway.refund(refund))).toBe(codes[fault])
      expect(await failureOf(gateway.outcomeOfRefund(refund.key))).toBe(codes[fault])
    }
    const book = await bookOf(faulty.url)
    expect([book.charges.length, book.refunds.length]).toEqual(wasDone ? [2, 1] : [1, 0])
    await faulty.stop()

    const again = await simulator()
    const after = adapter(again.url)
    expect((await after.outcomeOf(charge.key)) !== null).toBe(wasDone)
    expect(await after.charge(charge)).toMatchObject({ status: 'captured' })
    expect(await after.refund(refund)).toMatchObject({ status: 'refunded' })
    const last = await bookOf(again.url)
    expect([last.charges.length, last.refunds.length]).toEqual([2, 1])
  })

  test('amount names another amount in the answer, and the book has the right one', async () => {
    const { url } = await simulator({ faults: { amount: 1 } })
    const gateway = adapter(url)
    const amount = { amount: 1_001, currency: 'EUR' }
    expect(await gateway.charge(chargeOf('order-1'))).toMatchObject({ status: 'captured', amount })
    expect(await gateway.outcomeOf('order-1/1')).toMatchObject({ amount })
    expect((await bookOf(url)).charges).toMatchObject([{ amount: { amount: 1_000 } }])
  })

  test('that is drawn comes again in the same places at the next run', async () => {
    const faults = { timeout: 0, 500: 0.3, garbage: 0.3, lost: 0.2 }
    const run = async (): Promise<readonly string[]> => {
      const running = await simulator({ faults, book: join(folder, `${releases.length}.jsonl`) })
      const gateway = adapter(running.url)
      const codes: string[] = []
      for (let order = 0; order < 20; order++) {
        const charge = chargeOf(`order-${order}`)
        for (let times = 0; times < 3; times++) {
          codes.push(
            await gateway.charge(charge).then(
              ({ status }) => status,
              (error: GatewayFailure) => error.code,
            ),
          )
        }
      }
      return codes
    }
    const first = await run()
    expect(new Set(first).size).toBe(4)
    expect(await run()).toEqual(first)
  })
})

describe('a gateway that is killed', () => {
  test('between a charge and its answer has charged once, and knows it when it is back', async () => {
    const faults = ['--latency', '0', '--declines', '0', '--faults', 'slow=1']
    const first = startCommand(folder, ['gateway', '--port', '0', '--json', ...faults])
    releases.push(() => first.signal('SIGKILL'))
    const { url, book } = await startedGateway(first.stdout)
    const charge = chargeOf('order-1')
    const lost = failureOf(adapter(url).charge(charge))
    await eventually(() => readFileSync(book, 'utf8').includes('"key":"order-1/1"'))
    first.signal('SIGKILL')
    expect(await lost).toBe('gateway-unreachable')
    await first.finished
    const again = startCommand(folder, ['gateway', '--port', '0', '--json', ...faults.slice(0, 4)])
    releases.push(() => again.signal('SIGKILL'))
    const back = await startedGateway(again.stdout)
    const gateway = adapter(back.url)
    const known = await gateway.outcomeOf(charge.key)
    expect(known).toMatchObject({ status: 'captured' })
    expect(await gateway.charge(charge)).toEqual(known)
    expect((await bookOf(back.url)).charges).toHaveLength(1)
    again.signal('SIGTERM')
    expect(await again.finished).toMatchObject({ code: 0, stderr: '' })
  })

  test('as the child of a service is started again at the same address, with its book', async () => {
    const errors: string[] = []
    const log = createLog('error', { write: (line) => void errors.push(line) })
    const options = { seed: 1, declines: 0, latency: { from: 0, to: 0 }, faults: {}, book: join(folder, 'book.jsonl') }
    const child = await startGatewayChild({ ...options, log })
    releases.push(() => child.stop())
    const { webhooks, url } = await receiver(() => 204)
    child.sendWebhooksTo({ url, secrets: SECRETS })
    const gateway = adapter(child.url)
    const reference = await captureOf(gateway, 'order-1')
    const { pid = 0 } = child
    process.kill(pid, 'SIGKILL')
    await eventually(() => child.health().state === 'working' && child.pid !== pid)
    expect(await gateway.outcomeOf('order-1/1')).toMatchObject({ status: 'captured', reference })
    expect(errors.join('')).toContain('the simulated payment gateway ended; restarting it')
    // Where webhooks go is not forgotten.
    await captureOf(gateway, 'order-2')
    await eventually(() => webhooks.some(({ body }) => body?.key === 'order-2/1'))
    const last = child.pid ?? 0
    await child.stop()
    expect(child.health().state).toBe('stopped')
    expect(isAlive(last)).toBe(false)
  })

  test('with its service leaves no process behind', async () => {
    const host = startProcess('test/reactors/gateway-host.ts', [join(folder, 'book.jsonl')])
    releases.push(() => host.kill('SIGKILL'))
    const { pid } = JSON.parse(await host.firstLine) as { readonly pid: number }
    expect(isAlive(pid)).toBe(true)
    host.kill('SIGKILL')
    await eventually(() => !isAlive(pid))
  })

  test('has a port that is taken, and a book that is damaged or in use, said so', async () => {
    const running = await simulator({ book: join(folder, 'gateway-book.jsonl') })
    const { port } = new URL(running.url)
    const taken = await runCommand(folder, 'gateway', '--port', port, '--book', join(folder, 'other.jsonl'))
    expect(taken).toMatchObject({ code: 1, stderr: expect.stringMatching(/EADDRINUSE[^]*--port 0/) as string })
    const options = {
      seed: 1,
      declines: 0,
      latency: { from: 0, to: 0 },
      faults: {},
      log: createLog('silent', process.stderr),
    }
    if (process.platform === 'linux') {
      await expect(startGatewayChild({ ...options, book: join(folder, 'gateway-book.jsonl') })).rejects.toMatchObject({
        code: 'gateway-book-in-use',
      })
    }
    const unsigned = await runCommand(folder, 'gateway', '--port', '0', '--webhook', 'http://127.0.0.1:9/')
    expect(unsigned).toMatchObject({ code: 2, stderr: expect.stringContaining('PAYMENT_WEBHOOK_SECRET') as string })
  })
})

async function startedGateway(stdout: () => string): Promise<{ readonly url: string; readonly book: string }> {
  return eventually(() => JSON.parse(stdout()) as { url: string; book: string })
}

interface ReceivedWebhook {
  readonly verdict: SignatureVerdict
  readonly signature: string
  readonly body: WebhookBody | null
}

/** Takes webhooks at a clock of a fixed time; `status` is what the n-th one (from 1) is answered with. */
async function receiver(status: (nth: number) => number, now = () => Date.now()) {
  const webhooks: ReceivedWebhook[] = []
  const url = await answering(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    const header = request.headers[SIGNATURE_HEADER]
    webhooks.push({
      verdict: verifyWebhook({ header, body, secrets: SECRETS, now: now() }),
      signature: String(header),
      body: parseWebhookBody(body),
    })
    response.writeHead(status(webhooks.length)).end()
  })
  return { url: `${url}/payments/webhook`, webhooks }
}

/** A server of HTTP that answers as `handle` says; resolves with its URL. */
async function answering(handle: (request: IncomingMessage, response: ServerResponse) => unknown): Promise<string> {
  const server = createServer((request, response) => void handle(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  releases.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('webhooks', () => {
  test('tell of captures, declines, refunds and reversals, signed', async () => {
    const { url: target, webhooks } = await receiver(() => 204)
    const { url } = await simulator({
      declines: 0.5,
      webhook: { url: target, secrets: ['another-secret-of-16', ...SECRETS] },
    })
    const gateway = adapter(url)
    const declined = orderThatIs('declined', 0.5)
    const captured = orderThatIs('captured', 0.5)
    await gateway.charge(chargeOf(declined))
    const reference = await captureOf(gateway, captured)
    await gateway.refund(refundOf(captured, reference))
    const amount = { amount: 250, currency: 'EUR' }
    const reverse = () =>
      fetch(`${url}/reversals`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ key: chargeKey(captured, 1), amount }),
      })
    const [first, second] = [await reverse(), await reverse()]
    expect([first.status, second.status]).toEqual([201, 201])
    await eventually(() => webhooks.length === 5)
    expect(new Set(webhooks.map(({ verdict }) => verdict))).toEqual(new Set(['valid']))
    const bodies = webhooks.map(({ body }) => body)
    expect(bodies).toContainEqual(
      expect.objectContaining({
        key: chargeKey(declined, 1),
        outcome: { status: 'declined', reason: expect.any(String) as string },
      }),
    )
    expect(bodies).toContainEqual(
      expect.objectContaining({ key: chargeKey(captured, 1), outcome: { status: 'captured', reference } }),
    )
    expect(bodies).toContainEqual(expect.objectContaining({ kind: 'refund', key: refundKey(captured, 1) }))
    const reversals = bodies.filter((body) => body?.kind === 'reversal')
    expect(reversals).toMatchObject([{ amount }, { amount }])
    expect(new Set(reversals.map((body) => body.reference)).size).toBe(2)
    expect((await bookOf(url)).reversals).toHaveLength(2)
  })

  test('tell of a reversal beyond what a refund left, and no refund goes beyond it', async () => {
    const { url: target, webhooks } = await receiver(() => 204)
    const { url } = await simulator({ webhook: { url: target, secrets: SECRETS } })
    const gateway = adapter(url)
    const reference = await captureOf(gateway, 'order-1')
    await gateway.refund(refundOf('order-1', reference))
    const amount = { amount: 1_000, currency: 'EUR' }
    const headers = { 'content-type': 'application/json' }
    const reverse = (key: string) =>
      fetch(`${url}/reversals`, { method: 'POST', headers, body: JSON.stringify({ key, amount }) })
    expect((await reverse('order-1/1')).status).toBe(201)
    expect((await reverse('order-2/1')).status).toBe(404)
    await eventually(() => webhooks.some(({ body }) => body?.kind === 'reversal' && body.amount.amount === 1_000))
    const rest = refundOf('order-1', reference, { refund: 2, amount: 600 })
    expect(await gateway.refund(rest)).toEqual({ status: 'refused', reason: 'more-than-left' })
  })

  test('are sent until they are taken, signed at each sending with its own time', async () => {
    const { url: target, webhooks } = await receiver((nth) => (nth <= 2 ? 500 : nth === 3 ? 302 : 204))
    let seconds = Math.floor(Date.now() / 1_000)
    const { url } = await simulator({
      webhook: { url: target, secrets: SECRETS },
      clock: () => (seconds += 1) * 1_000,
      firstPause: 1,
    })
    await captureOf(adapter(url), 'order-1')
    await eventually(() => webhooks.length === 4)
    expect(webhooks.every(({ verdict }) => verdict === 'valid')).toBe(true)
    expect(new Set(webhooks.map(({ signature }) => signature)).size).toBe(4)
    expect(new Set(webhooks.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    // Taken is taken: the file says so, and nothing is sent again by the next one.
    await eventually(() => readFileSync(join(folder, 'book.jsonl'), 'utf8').includes('"kind":"delivered"'))
  })

  test('that were not taken are sent by the next process, and come twice where a fault wants it', async () => {
    const port = await closedPort()
    const first = await simulator({ webhook: { url: `http://127.0.0.1:${port}/`, secrets: SECRETS } })
    await captureOf(adapter(first.url), 'order-1')
    await first.stop()
    const { url, webhooks } = await receiver(() => 204)
    await simulator({ webhook: { url, secrets: SECRETS }, faults: { twice: 1 } })
    await eventually(() => webhooks.length === 2)
    expect(webhooks.map(({ body }) => body?.key)).toEqual(['order-1/1', 'order-1/1'])
    await eventually(() => readFileSync(join(folder, 'book.jsonl'), 'utf8').includes('"kind":"delivered"'))
    expect(webhooks).toHaveLength(2)
  })
})

/** A port of loopback where nobody listens. */
async function closedPort(): Promise<number> {
  const server = createSocketServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

describe('an answer', () => {
  const captured = { key: 'order-1/1', status: 'captured', reference: 'ch_1' }
  const refunded = { key: 'order-1/r1', status: 'refunded', reference: 're_1' }
  const charge = chargeOf('order-1')
  const refund = refundOf('order-1', 'ch_1')

  /** A gateway that gives one answer to everything. */
  async function gatewayThat(
    status: number,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<HttpGateway> {
    const text = Buffer.isBuffer(body) || typeof body === 'string' ? body : JSON.stringify(body)
    return adapter(await answering((_request, response) => response.writeHead(status, headers).end(text)))
  }

  const unreadable = 'gateway-answer-unreadable'

  test.each<[number, unknown, string]>([
    [200, { ...captured, key: 'order-1/2' }, unreadable],
    [404, { ...captured, key: 'order-1/2' }, unreadable],
    [200, { ...captured, key: undefined }, unreadable],
    [200, { ...captured, reference: undefined }, unreadable],
    [200, { ...captured, reference: '' }, unreadable],
    [200, { ...captured, status: 'paid' }, unreadable],
    [200, { ...captured, amount: 1_000 }, unreadable],
    [200, { ...captured, status: 'refunded' }, unreadable],
    [200, '', unreadable],
    [200, '{"key":"order-1/1","status":"captured","reference":"ch', unreadable],
    [200, '<html>It works!</html>', unreadable],
    [200, Buffer.from('{"key":"order-1/1","status":"captured","reference":"\u00e9"}', 'latin1'), unreadable],
    [200, JSON.stringify({ ...captured, more: 'x'.repeat(65_536) }), unreadable],
    [201, captured, unreadable],
    [202, captured, unreadable],
    [204, '', unreadable],
    [302, captured, unreadable],
    [308, captured, unreadable],
    [400, captured, 'gateway-refused'],
    [401, captured, 'gateway-refused'],
    [402, { ...captured, status: 'declined', reason: 'x' }, 'gateway-refused'],
    [422, { ...captured, status: 'refused' }, 'gateway-refused'],
    [409, captured, 'gateway-amount-conflict'],
    [408, captured, 'gateway-failing'],
    [429, captured, 'gateway-failing'],
    [500, captured, 'gateway-failing'],
    [503, captured, 'gateway-failing'],
  ])('of %i with %.60j is no outcome of a charge', async (status, body, code) => {
    const gateway = await gatewayThat(status, body, { location: '/elsewhere' })
    expect(await failureOf(gateway.charge(charge))).toBe(code)
    expect(await failureOf(gateway.outcomeOf(charge.key))).toBe(code)
  })

  test('of 404 is a key that was never seen for who reads, and no outcome for who charges', async () => {
    const gateway = await gatewayThat(404, 'Cannot GET /charges')
    expect(await gateway.outcomeOf(charge.key)).toBeNull()
    expect(await gateway.outcomeOfRefund(refund.key)).toBeNull()
    expect(await failureOf(gateway.charge(charge))).toBe('gateway-refused')
    expect(await failureOf(gateway.refund(refund))).toBe('gateway-refused')
  })

  test('about a refund is an outcome under its own statuses only', async () => {
    const outcomeOf = async (status: number, body: unknown) => (await gatewayThat(status, body)).refund(refund)
    expect(await outcomeOf(200, refunded)).toEqual({ status: 'refunded', reference: 're_1' })
    const refused = { key: refund.key, status: 'refused', reason: 'too-old' }
    expect(await outcomeOf(422, refused)).toEqual({ status: 'refused', reason: 'too-old' })
    expect(await failureOf(outcomeOf(422, { ...refused, key: 'order-1/r2' }))).toBe(unreadable)
    expect(await failureOf(outcomeOf(422, 'Unprocessable Entity'))).toBe('gateway-refused')
    expect(await failureOf(outcomeOf(200, { ...refunded, status: 'captured' }))).toBe(unreadable)
    expect(await failureOf(outcomeOf(202, { ...refunded, status: 'pending' }))).toBe(unreadable)
    expect(await failureOf(outcomeOf(500, refused))).toBe('gateway-failing')
  })

  test('has its texts cleaned, and a failure repeats nothing of it', async () => {
    const reason = 'card 4111 1111 1111 1111 of ann@mail.example'
    const declined = await gatewayThat(200, { key: charge.key, status: 'declined', reason })
    expect(await declined.charge(charge)).toEqual({ status: 'declined', reason: 'card [hidden] of [hidden]' })
    const garbled = await gatewayThat(200, reason)
    const failure: unknown = await garbled.charge(charge).catch((error: unknown) => error)
    expect(String(failure)).not.toMatch(/4111|ann@/)
  })

  test('that trickles, that stays away or that never ends is given up in time and in size', async () => {
    const open = new Set<NodeJS.Timeout>()
    releases.push(() => open.forEach((timer) => clearInterval(timer)))
    const trickle = await answering((_request, response) => {
      response.writeHead(200)
      open.add(setInterval(() => response.write(' '), 5))
    })
    expect(await failureOf(adapter(trickle, 100).charge(charge))).toBe('gateway-timeout')
    const silent = createSocketServer(() => undefined).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    releases.push(() => void silent.close())
    expect(
      await failureOf(adapter(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`, 100).charge(charge)),
    ).toBe('gateway-timeout')
    let sent = 0
    const flood = await answering((_request, response) => {
      response.writeHead(200)
      const chunk = Buffer.alloc(16_384, ' ')
      const more = (): void => {
        while (!response.destroyed) {
          sent += chunk.length
          if (!response.write(chunk)) return void response.once('drain', more)
        }
      }
      more()
    })
    expect(await failureOf(adapter(flood).charge(charge))).toBe(unreadable)
    expect(sent).toBeLessThan(64 * 1_024 * 1_024)
  })

  test('of nobody, or cut short, is a gateway that cannot be reached', async () => {
    expect(await failureOf(adapter(`http://127.0.0.1:${await closedPort()}`).charge(charge))).toBe(
      'gateway-unreachable',
    )
    const cut = await answering((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"key":')
      response.destroy()
    })
    expect(await failureOf(adapter(cut).charge(charge))).toBe('gateway-unreachable')
    const raw = createSocketServer((socket) => void socket.end('no HTTP at all\r\n\r\n')).listen(0, '127.0.0.1')
    await once(raw, 'listening')
    releases.push(() => void raw.close())
    expect(await failureOf(adapter(`http://127.0.0.1:${(raw.address() as AddressInfo).port}`).charge(charge))).toBe(
      'gateway-unreachable',
    )
  })
})

test('a request has the key in its header and percent-encoded in its path, below the path of the URL, with its password', async () => {
  const asked: {
    readonly url: string | undefined
    readonly key: unknown
    readonly who: string | undefined
    readonly body: unknown
  }[] = []
  const url = await answering(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    const { authorization: who } = request.headers
    asked.push({
      url: request.url,
      key: request.headers['idempotency-key'],
      who,
      body: text === '' ? null : JSON.parse(text),
    })
    response.writeHead(202).end(JSON.stringify({ key: 'order-1/1', status: 'pending' }))
  })
  const gateway = adapter(url.replace('http://', 'http://shop:p%40ss@') + '/bridge/v1/')
  const charge = chargeOf('order-1')
  expect(await gateway.charge(charge)).toEqual({ status: 'pending' })
  expect(await gateway.outcomeOf(charge.key)).toEqual({ status: 'pending' })
  const who = `Basic ${Buffer.from('shop:p@ss').toString('base64')}`
  expect(asked).toEqual([
    { url: '/bridge/v1/charges', key: 'order-1/1', who, body: charge },
    { url: '/bridge/v1/charges/order-1%2F1', key: undefined, who, body: null },
  ])
})
