/** Every resource of the API, in the order of the OpenAPI document. A new one is listed here, and nowhere else. */
import type { Named } from '../commands/shape.ts'
import type { ApiParts } from './parts.ts'
import type { Resource } from './resource.ts'
import { demand } from './insights/demand.ts'
import { fraudAlerts } from './insights/fraud-alerts.ts'
import { forecasts } from './insights/forecasts.ts'
import { recommendations } from './insights/recommendations.ts'
import { activity } from './routes/activity.ts'
import { alerts } from './routes/alerts.ts'
import { analytics } from './routes/analytics.ts'
import { behaviour } from './insights/behaviour.ts'
import { business } from './insights/business.ts'
import { checkOuts } from './routes/check-out.ts'
import { customers } from './routes/customers.ts'
import { start } from './routes/dashboard.ts'
import { deadLetters } from './routes/dead-letters.ts'
import { deliveries } from './routes/deliveries.ts'
import { documentation, problems } from './routes/documentation.ts'
import { emails } from './routes/emails.ts'
import { events } from './routes/events.ts'
import { kafka } from './routes/kafka.ts'
import { live } from './routes/live.ts'
import { health, service } from './routes/operations.ts'
import { notifications } from './routes/notifications.ts'
import { orderLives } from './routes/order-life.ts'
import { orders } from './routes/orders.ts'
import { payments } from './routes/payments.ts'
import { products } from './routes/products.ts'
import { projections } from './routes/projections.ts'
import { reactors } from './routes/reactors.ts'
import { returns } from './routes/returns.ts'
import { schemas } from './routes/schemas.ts'
import { simulation } from './routes/simulation.ts'
import { userEvents } from './insights/user-events.ts'

/** Without tokens, and none of their answers counts for the rate limit: probes come as often as they are set to. */
export const uncountedResources: readonly Resource<ApiParts>[] = [health]

/** Without tokens. */
export const openResources: readonly Resource<ApiParts>[] = [problems, start]

/** Bounded by itself alone: neither the rate limit nor shedding of load touches its connections. */
export const streamingResources: readonly Resource<ApiParts>[] = [live]

export const guardedResources: readonly Resource<ApiParts>[] = [
  orders,
  orderLives,
  payments,
  checkOuts,
  deliveries,
  returns,
  products,
  customers,
  analytics,
  business,
  recommendations,
  forecasts,
  demand,
  fraudAlerts,
  behaviour,
  activity,
  events,
  simulation,
  projections,
  reactors,
  alerts,
  notifications,
  emails,
  schemas,
  deadLetters,
  kafka,
  service,
  documentation,
]

/** JSON as text/plain too. */
export const plainResources: readonly Resource<ApiParts>[] = [userEvents]

export const allResources: readonly Resource<ApiParts>[] = [
  ...uncountedResources,
  ...openResources,
  ...guardedResources,
  ...plainResources,
  ...streamingResources,
]

/** By name: the OpenAPI document has them in this order. */
export const namedShapes: readonly Named[] = [...new Set(allResources.flatMap(({ shapes }) => shapes))].sort(
  (one, other) => (one.$id < other.$id ? -1 : 1),
)
