/** All that the dashboard says, in each of its languages. A key begins with the name of its area. */
import { ANALYTICS } from './analytics.ts'
import { CUSTOMERS } from './customers.ts'
import { DASHBOARD } from './dashboard.ts'
import { DELIVERIES } from './deliveries.ts'
import { EVENT } from './event.ts'
import { EVENTS } from './events.ts'
import { FAILURES } from './failures.ts'
import { FRAUD } from './fraud.ts'
import { FRAME } from './frame.ts'
import { INSIGHTS } from './insights.ts'
import { KAFKA } from './kafka.ts'
import { MAIL } from './mail.ts'
import { ORDERS } from './orders.ts'
import { PAYMENTS } from './payments.ts'
import { PRODUCTS } from './products.ts'
import { PROJECTIONS } from './projections.ts'
import { REACTORS } from './reactors.ts'
import { REPLAY } from './replay.ts'
import { SCHEMA } from './schema.ts'
import { SCHEMAS } from './schemas.ts'
import { WORDS } from './words.ts'
import { XRAY } from './xray.ts'

export const TABLE = {
  ...FRAME,
  ...WORDS,
  ...DASHBOARD,
  ...ANALYTICS,
  ...INSIGHTS,
  ...FRAUD,
  ...ORDERS,
  ...XRAY,
  ...PAYMENTS,
  ...DELIVERIES,
  ...PRODUCTS,
  ...CUSTOMERS,
  ...MAIL,
  ...EVENTS,
  ...EVENT,
  ...PROJECTIONS,
  ...REPLAY,
  ...REACTORS,
  ...KAFKA,
  ...FAILURES,
  ...SCHEMAS,
  ...SCHEMA,
}

export type TextKey = keyof typeof TABLE
