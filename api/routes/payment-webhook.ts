/**
 * What the payment provider says by itself (docs/payments.md). Its signature stands for the token, and it is from nowhere:
 * neither the origin nor the rate of requests counts. Providers repeat what is not answered with a 2xx and then switch the
 * address off, so everything that a repetition would not change is answered with 204.
 */
import type { ApiServer } from '../api-server.ts'
import { ProblemError } from '../http/problem-document.ts'
import type { Metrics } from '../metrics.ts'
import type { WebhookEnd } from '../../reactors/payments/take-webhook.ts'
import type { WebhookBody } from '../../reactors/payments/webhook-body.ts'
import { parseWebhookBody } from '../../reactors/payments/webhook-body.ts'
import { SIGNATURE_HEADER, verifyWebhook } from '../../reactors/payments/webhook-signature.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Anyone who sends it proves by a signature who it is: the origin of a page says nothing. */
    readonly signed?: boolean
  }
}

/** More than the first are no message of ours; up to the second are read, so that the signature can be checked. */
const MOST_BYTES = 65_536
const READ_BYTES = 1_048_576

export interface WebhookParts {
  readonly payments: {
    readonly webhooks: {
      /** Empty: none are taken. */
      readonly secrets: readonly string[]
      /** Resolves when sending it again would change nothing. */
      readonly take: (body: WebhookBody) => Promise<WebhookEnd>
    }
  }
  readonly shop: { readonly clock: () => number }
  readonly metrics: Pick<Metrics, 'countWebhook'> | null
}

export function paymentWebhook(app: ApiServer, { payments: { webhooks }, shop, metrics }: WebhookParts): void {
  const { secrets, take } = webhooks
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  // It is no operation of ours: docs/payments.md is its document.
  const options = { config: { role: null, signed: true }, schema: { hide: true }, bodyLimit: READ_BYTES } as const
  app.post('/payments/webhook', options, async (request, reply) => {
    if (secrets.length === 0) throw new ProblemError({ code: 'not-found', detail: 'POST /payments/webhook' })
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    const header = request.headers[SIGNATURE_HEADER]
    const verdict = verifyWebhook({ header, body, secrets, now: shop.clock() })
    if (verdict !== 'valid') {
      metrics?.countWebhook('bad-signature')
      throw new ProblemError({ code: 'bad-signature', detail: `the signature is ${verdict}` })
    }
    const read = body.length > MOST_BYTES ? null : parseWebhookBody(body)
    if (read === null) request.log.warn({ bytes: body.length }, 'a signed webhook cannot be read')
    const end = read === null ? 'unreadable' : await take(read)
    if (read !== null && end === 'unknown')
      request.log.warn({ key: read.key }, 'a signed webhook is about nothing of ours')
    metrics?.countWebhook(end)
    return reply.code(204).send()
  })
}
