/** What looks like fraud, and reviewing it. */
import { Type } from 'typebox'
import { closed, named, nullable, oneOf, ref } from '../../commands/shape.ts'
import { VERDICTS } from '../../domain/payments/fraud.ts'
import { KEY_NAMES } from '../../domain/payments/payer-keys.ts'
import { listOf } from './list.ts'
import { Money } from './money.ts'
import { count, First, Position, time } from './shape.ts'

/** What became of the order with a review. */
export const ORDER_EFFECTS = ['cancelled', 'too-late', 'unchanged'] as const

export type OrderEffect = (typeof ORDER_EFFECTS)[number]

/** A pseudonym, as it is shown. */
export const PSEUDONYM_PATTERN = '^[0-9a-f]{16}$'

const key = nullable(Type.String({ pattern: PSEUDONYM_PATTERN, description: '16 hex digits; null if not known.' }))
const keys = Object.fromEntries(KEY_NAMES.map((name) => [name, key])) as Record<(typeof KEY_NAMES)[number], typeof key>

export const FraudAlert = named(
  'FraudAlert',
  {
    alertId: Type.String({ format: 'uuid', description: 'The alert: id of the event that caused it.' }),
    orderId: Type.String({ description: 'The order.' }),
    customerId: Type.String({ description: 'The customer who ordered.' }),
    attempt: count('Number of the attempt to pay, from 1.'),
    score: count('The sum of the points of its reasons.'),
    table: Type.String({ description: 'Version of the table of rules that it was scored by.' }),
    reasons: Type.Array(
      closed({
        rule: Type.String({ description: 'Name of the rule.' }),
        points: count('What it gave.'),
        value: count('What it counted, up to its highest step; of amounts minor units, of yes and no 1.'),
        text: Type.String({ description: 'The same in words.' }),
        regions: Type.Optional(
          nullable(
            Type.Object(
              {
                card: Type.String({ description: 'Country of the card.' }),
                customer: Type.String({ description: 'Region of the customer.' }),
              },
              {
                additionalProperties: false,
                description:
                  'What the rule cardRegion compared; null with any other, and where an alert does not say it.',
              },
            ),
          ),
        ),
      }),
      { description: 'The rules that gave points.' },
    ),
    amount: ref(Money),
    keys: Type.Object(keys, {
      additionalProperties: false,
      description: 'Pseudonyms that tie it to other attempts. The list takes them as filters.',
    }),
    raisedAt: time('When it was raised.'),
    verdict: nullable(Type.String({ description: `${VERDICTS.join(' or ')}; null while nobody has reviewed it.` })),
    note: nullable(Type.String({ description: 'In the words of the person who reviewed it.' })),
    order: Type.Optional(
      oneOf(ORDER_EFFECTS, {
        description:
          'What the review did to the order. `too-late`: it is on its way or delivered. Only in the answer to a review.',
      }),
    ),
    version: count('Version of what is known of the order’s alerts; it grows with each change.'),
    first: First,
    position: Position,
  },
  {
    description: 'An attempt to pay that looks like fraud.',
    examples: [
      {
        alertId: '01938f6e-7c00-7000-8000-000000000001',
        orderId: 'web-1001',
        customerId: 'c1',
        attempt: 1,
        score: 88,
        table: '1',
        reasons: [
          {
            rule: 'accountsOnCard',
            points: 80,
            value: 3,
            text: '3 customers or more paid with this card within 5 minutes',
            regions: null,
          },
          { rule: 'firstPayment', points: 8, value: 1, text: 'the first payment of this customer', regions: null },
        ],
        amount: { amount: 19_900, currency: 'EUR' },
        keys: { card: '9f8e7d6c5b4a3920', device: null, address: null, network: null },
        raisedAt: '2026-12-01T10:00:00.120Z',
        verdict: null,
        note: null,
        version: 1,
        first: 4711,
        position: 4711,
      },
    ],
  },
)

export const FraudAlertList = listOf(FraudAlert)
