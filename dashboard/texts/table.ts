/** All that the dashboard says, in each of its languages. A key begins with the name of its area. */
import { ANALYTICS } from './analytics.ts'
import { DASHBOARD } from './dashboard.ts'
import { DELIVERIES } from './deliveries.ts'
import { FRAME } from './frame.ts'
import { ORDERS } from './orders.ts'
import { PAYMENTS } from './payments.ts'
import { WORDS } from './words.ts'
import { XRAY } from './xray.ts'

export const TABLE = {
  ...{ ...FRAME, ...WORDS, ...ANALYTICS, ...DASHBOARD, ...ORDERS, ...XRAY },
  ...{ ...PAYMENTS, ...DELIVERIES },
}

export type TextKey = keyof typeof TABLE
