import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { countsOf, parseTable, RULES } from './table.ts'
import { tableOne } from './test-kit.ts'

const text = readFileSync(new URL('table-1.json', import.meta.url), 'utf8')

describe('table 1', () => {
  test('is what it was: what it raised is scored again with it', () => {
    expect(createHash('sha256').update(text).digest('hex')).toBe(
      '4b1d45468d61946e32b01d9822973d2b3ecc6edec311b550e8398261f7ccc6e0',
    )
  })

  test('has every rule, and the threshold 60', () => {
    expect(Object.keys(tableOne().rules)).toEqual(RULES)
    expect(tableOne()).toMatchObject({ version: '1', threshold: 60 })
  })

  test('asks for no more members than its highest steps', () =>
    expect(countsOf(tableOne())).toEqual({
      ...{ accountsOnCard: 3, cardsOnDeviceOrAccount: 5, accountsOnDevice: 3, accountsAtAddress: 4 },
      ...{ attemptsOfCustomer: 5, declinedOfCustomer: 3, attemptsOfNetwork: 12 },
    }))
})

describe('a table', () => {
  const rulesOf = (rules: unknown) => JSON.stringify({ version: '2', threshold: 60, rules })

  test.each([
    ['no JSON', '{', 'JSON'],
    ['a list', '[]', 'exactly'],
    ['a field too many', JSON.stringify({ ...tableOne(), name: 'x' }), 'exactly'],
    ['no version', JSON.stringify({ ...tableOne(), version: 'a b' }), 'version'],
    ['a threshold of 0', JSON.stringify({ ...tableOne(), threshold: 0 }), 'threshold'],
    ['a rule of nobody', rulesOf({ night: { points: 10 } }), 'rule night'],
    ['a rule of the prototype', rulesOf({ constructor: { points: 10 } }), 'rule constructor'],
    ['half a point', rulesOf({ newDevice: { points: 0.5 } }), 'rule newDevice'],
    [
      'steps that fall',
      rulesOf({
        accountsOnCard: [
          { from: 3, points: 1 },
          { from: 2, points: 2 },
        ],
      }),
      'above',
    ],
    ['more to count than is kept', rulesOf({ accountsOnCard: [{ from: 65, points: 1 }] }), 'at most 64'],
    ['no currency', rulesOf({ amount: { steps: [{ from: 1, points: 1 }] } }), 'currency'],
    [
      '0 times the mean',
      rulesOf({ amountAgainstMean: { currency: 'EUR', times: 0, payments: 2, points: 1 } }),
      'times',
    ],
    ['too much text', `"${'x'.repeat(20_000)}"`, 'characters'],
  ])('is refused: %s', (_, from, why) => {
    const parsed = parseTable(from)
    expect('wrong' in parsed ? parsed.wrong : null).toContain(why)
  })

  test('may lack rules', () => expect(parseTable(rulesOf({}))).toHaveProperty('table'))
})
