/** What looks like fraud, over HTTP: listing it, and saying what it was. */
import { Type } from 'typebox'
import { reviewFraudAlertCommand, reviewFraudAlertRequest } from '../../commands/fraud.ts'
import { closed, id, oneOf, ref } from '../../commands/shape.ts'
import type { ShopSettings } from '../../commands/shop-settings.ts'
import type { Addressed } from '../../domain/decision.ts'
import { delivery } from '../../domain/delivery.ts'
import {
  fraud,
  reviewAlert,
  VERDICTS,
  type AlreadyReviewed,
  type ReviewAlert,
  type UnknownAlert,
} from '../../domain/payments/fraud.ts'
import type { FraudAlertView } from '../../projections/insights/fraud-alerts.ts'
import type { Views } from '../../projections/views/views.ts'
import type { Executor, Look } from '../../store/commit/command.ts'
import { shownAnswer } from '../answers/answer.ts'
import { executeWith, sendExecution, type Wish } from '../commands.ts'
import { ownVersionTag, versionTag } from '../http/etag.ts'
import { ProblemError, type Occurrence } from '../http/problem-document.ts'
import { commanding, NOTHING, viewing } from '../operation.ts'
import { resource } from '../resource.ts'
import { pageQuery, sendFound, sendPage } from '../answers/read-answers.ts'
import { FraudAlert, FraudAlertList, PSEUDONYM_PATTERN, type OrderEffect } from '../shapes/fraud-alert.ts'
import { after, cursor, limit } from '../shapes/list.ts'

const AlertPath = closed({ alertId: Type.String({ description: 'The alert.' }) })
const ALERT_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const pseudonym = (of: string) =>
  Type.Optional(
    Type.String({
      pattern: PSEUDONYM_PATTERN,
      description: `Only attempts with this ${of}: the 16 hex digits that are shown, never what they stand for.`,
    }),
  )

const common = { tag: 'insights', view: 'fraud-alerts' } as const

const listing = viewing('/fraud-alerts', {
  ...common,
  summary: 'List attempts to pay that look like fraud, newest first',
  params: NOTHING,
  query: closed({
    verdict: Type.Optional(oneOf(['open', ...VERDICTS], { description: '`open`: nobody has reviewed it.' })),
    customer: Type.Optional(id('Only attempts of this customer.')),
    card: pseudonym('card'),
    device: pseudonym('device'),
    address: pseudonym('address'),
    network: pseudonym('network'),
    limit,
    cursor,
    after,
  }),
  shape: ref(FraudAlertList),
})

const showing = viewing('/fraud-alerts/:alertId', {
  ...common,
  summary: 'Show an attempt to pay that looks like fraud',
  params: AlertPath,
  query: closed({ after }),
  shape: ref(FraudAlert),
  problems: ['fraud-alert-not-found'],
})

const reviewing = commanding('/fraud-alerts/:alertId/review', {
  tag: 'insights',
  role: 'operate',
  summary: 'Review a fraud alert',
  description:
    'The verdict `fraud` also cancels the order if that is still possible; `order` says what became of it. The verdict `honest` releases an attempt to pay that is on hold for this alert, so that it is charged. The same verdict again changes nothing.',
  params: AlertPath,
  request: reviewFraudAlertRequest,
  shape: ref(FraudAlert),
  done: { 200: 'Reviewed with this verdict, now or before.' },
  refusals: { 'unknown-alert': 'fraud-alert-not-found', 'already-reviewed': 'already-reviewed' },
})

export interface FraudAlertParts {
  readonly executor: Executor
  readonly views: Pick<Views, 'fraudAlerts'>
  readonly shop: Pick<ShopSettings, 'clock'>
}

export const fraudAlerts = resource(
  { listFraudAlerts: listing, getFraudAlert: showing, reviewFraudAlert: reviewing },
  ({ executor, views, shop }: FraudAlertParts) => {
    const execute = executeWith(executor)
    return {
      async listFraudAlerts(request, reply) {
        const { verdict = null, customer: customerId = null, ...asked } = request.query
        const { card = null, device = null, address = null, network = null } = asked
        const query = { ...pageQuery(request.query), verdict, customerId, card, device, address, network }
        return sendPage({ request, reply }, await views.fraudAlerts.list(query))
      },
      async getFraudAlert(request, reply) {
        const alertId = named(request.params)
        const found = await views.fraudAlerts.get(alertId)
        return sendFound({ request, reply }, found, { missing: notFound(alertId), tag: ownVersionTag })
      },
      async reviewFraudAlert(request, reply) {
        const alertId = named(request.params)
        // Which order it is about, the address does not say.
        const { item } = await views.fraudAlerts.get(alertId)
        if (item === null) throw new ProblemError(notFound(alertId))
        const command = reviewFraudAlertCommand(item, request.body, shop)
        return sendExecution(reply, await execute(request, reviewWish(item, command)))
      },
    }
  },
)

function reviewWish(alert: FraudAlertView, command: ReviewAlert): Wish<UnknownAlert | AlreadyReviewed> {
  const { alertId, orderId, verdict } = command
  return {
    decide(read) {
      // The answer tells how it stands, also where the decision does not ask.
      read(delivery, orderId)
      return reviewAlert(command, read)
    },
    codes: reviewing.refusals,
    told: (refusal) =>
      refusal.reason === 'unknown-alert'
        ? notFound(alertId)
        : {
            detail: `the alert was already reviewed as ${refusal.verdict}`,
            more: { alertId, verdict: refusal.verdict },
          },
    shown(_made, look, events) {
      const { state, version } = look(fraud, orderId)
      const reviewed = state.alerts.find((each) => each.alertId === alertId)
      const now = {
        verdict,
        note: reviewed?.note ?? null,
        order: effectOn(orderId, { verdict, events, look }),
        version,
      }
      const headers = { etag: versionTag(version), location: `/fraud-alerts/${alertId}` }
      return shownAnswer(200, JSON.stringify({ ...alert, ...now }), headers)
    },
  }
}

interface Effect {
  readonly verdict: ReviewAlert['verdict']
  /** Of the review. */
  readonly events: readonly Addressed[]
  readonly look: Look
}

function effectOn(orderId: string, { verdict, events, look }: Effect): OrderEffect {
  if (events.some(({ event }) => event.type === 'OrderCancelled')) return 'cancelled'
  const { status } = look(delivery, orderId).state
  return verdict === 'fraud' && (status === 'dispatched' || status === 'delivered') ? 'too-late' : 'unchanged'
}

/** What cannot be the id of an alert names none. */
function named({ alertId }: { readonly alertId: string }): string {
  if (!ALERT_ID.test(alertId)) throw new ProblemError(notFound(alertId))
  return alertId
}

function notFound(alertId: string): Occurrence {
  return { code: 'fraud-alert-not-found', detail: `no fraud alert has the id ${alertId}` }
}
