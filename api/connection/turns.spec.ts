import { expect, test } from 'vitest'
import { Turns } from './turns.ts'

const here = () => new AbortController().signal

/** Takes a turn and notes its name once it began. */
function queueing(turns: Turns) {
  const begun: string[] = []
  const ends: (() => void)[] = []
  return {
    begun,
    async take(principal: string | null, name: string, gone = here): Promise<void> {
      const end = await turns.take(principal, gone)
      begun.push(name)
      ends.push(end)
    },
    async end(): Promise<void> {
      ends.shift()?.()
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

test('one who is alone has all turns', async () => {
  const { begun, take } = queueing(new Turns({ atOnce: 3, mostWaiting: 8 }))
  for (const name of ['a1', 'a2', 'a3']) await take('a', name)
  expect(begun).toEqual(['a1', 'a2', 'a3'])
})

test('law 13: those who wait are served in turn, however many one of them has waiting', async () => {
  const { begun, take, end } = queueing(new Turns({ atOnce: 1, mostWaiting: 16 }))
  await take('a', 'a0')
  const taken = ['a1', 'a2', 'a3', 'b1', 'c1', 'b2'].map((name) => take(name.charAt(0), name))
  for (const _ of taken) await end()
  await Promise.all(taken)
  expect(begun).toEqual(['a0', 'a1', 'b1', 'c1', 'a2', 'b2', 'a3'])
})

test('law 13: of those who wait one principal has a quarter, and all together have a bound', async () => {
  const turns = new Turns({ atOnce: 1, mostWaiting: 8 })
  const { begun, take, end } = queueing(turns)
  await take('a', 'a0')
  const taken = [take('a', 'a1'), take('a', 'a2')]
  await expect(turns.take('a', here)).rejects.toMatchObject({ occurrence: { code: 'overloaded' } })
  for (const name of ['b1', 'b2', 'c1', 'c2', 'd1', 'd2']) taken.push(take(name.charAt(0), name))
  await expect(turns.take('e', here)).rejects.toMatchObject({ occurrence: { code: 'overloaded' } })
  await end()
  taken.push(take('a', 'a3'))
  for (const _ of taken) await end()
  await Promise.all(taken)
  expect(begun).toHaveLength(10)
})

test('a client that is gone leaves the queue, and its turn goes to the next', async () => {
  const turns = new Turns({ atOnce: 1, mostWaiting: 8 })
  const { begun, take, end } = queueing(turns)
  await take(null, 'first')
  const gone = new AbortController()
  const lost = take(null, 'lost', () => gone.signal)
  const next = take(null, 'next')
  gone.abort()
  await expect(lost).rejects.toMatchObject({ occurrence: { code: 'overloaded' } })
  await end()
  await next
  await end()
  await take(null, 'last')
  expect(begun).toEqual(['first', 'next', 'last'])
  await expect(turns.take(null, () => AbortSignal.abort())).rejects.toMatchObject({
    occurrence: { code: 'overloaded' },
  })
})
