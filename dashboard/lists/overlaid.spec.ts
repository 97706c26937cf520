import { expect, test } from 'vitest'
import { overlaid } from './overlaid.ts'

const row = (first: number, status: string) => ({ id: `o${String(first)}`, first, status })
const wanted = {
  keyOf: ({ id }: { id: string }) => id,
  isWanted: ({ status }: { status: string }) => status === 'placed',
}

test('what was followed since the answer comes in, changes in place, and goes when it is no longer wanted', () => {
  const base = [row(9, 'placed'), row(5, 'placed'), row(3, 'placed')]
  const newer = [row(12, 'placed'), row(11, 'rejected'), row(9, 'confirmed'), { ...row(5, 'placed'), lines: 2 }]
  expect(overlaid(base, newer, wanted)).toEqual([
    row(12, 'placed'),
    { ...row(5, 'placed'), lines: 2 },
    row(3, 'placed'),
  ])
})
