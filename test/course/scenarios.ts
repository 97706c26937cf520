/** What the changed release of each step has to make of the stored events, and to write. By the step's number. */
import { expect } from 'vitest'
import type { Release } from './release.ts'

export const scenarios: ReadonlyMap<number, (release: Release) => Promise<void>> = new Map([
  [1, addedField],
])

async function addedField(release: Release): Promise<void> {
  expect(await meanings(release, 'StockAdjusted')).toMatchObject([
    [1, { delta: 2, onHand: null }],
    [1, { delta: -1, onHand: null }],
  ])
  await release.shop.adjust('A', 3)
  expect((await meanings(release, 'StockAdjusted')).at(-1)).toMatchObject([2, { delta: 3, onHand: 35 }])
}

/** The version of each stored event of a type, and what it means. */
async function meanings(release: Release, type: string): Promise<readonly (readonly [number, ...object[]])[]> {
  const events = (await release.history()).filter((event) => event.type === type)
  return events.map(({ schemaVersion, means }) => [schemaVersion, ...means])
}
