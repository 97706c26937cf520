/** Every projection, and their names. */
import { activity } from './activity.ts'
import { alerts } from './alerts.ts'
import { customers } from './customers.ts'
import { deliveries } from './deliveries.ts'
import { notifications } from './notifications.ts'
import { orders } from './orders.ts'
import { payments } from './payments.ts'
import { products } from './products.ts'
import type { Projection } from '../projection.ts'
import { sales } from './sales.ts'
import { demand } from '../insights/demand.ts'
import { fraudAlerts } from '../insights/fraud-alerts.ts'
import { together } from '../insights/together.ts'

const list = [
  ...[orders, products, customers, sales, activity, payments, deliveries],
  ...[alerts, notifications, together, demand, fraudAlerts],
]

export const projections: readonly Projection[] = list

export type ProjectionName = (typeof list)[number]['name']
