import { describe, expect, test } from 'vitest'
import { accept } from '../../domain/decision.ts'
import { CommandQueue, fail, settle, storeUnavailable, type Job } from './command-queue.ts'
import type { Command, Execution } from './command.ts'

function commandOf(question: string): Command {
  const key = { source: 'http:', key: 'k', fingerprint: Buffer.from(question) } as const
  const ids = { commandId: question, correlationId: question, causationId: null }
  return { decide: () => accept(), answer: () => null, key, ...ids }
}

function open({ most = 10_000 } = {}) {
  let now = 0
  const queue = new CommandQueue({ monotonic: () => now, most, patience: 5_000, onAdded: () => undefined })
  return {
    queue,
    pass: (ms: number) => (now += ms),
    ask: (question: string) => queue.execute(commandOf(question)).catch((error: unknown) => error),
  }
}

function committed(): Execution {
  return { outcome: 'accepted', answer: 'yes', position: 1, events: 1, streams: new Map() }
}

const REUSED = (usedFor: string) => ({ outcome: 'key-reused', usedFor: Buffer.from(usedFor) })

describe('commands that yield', () => {
  const ids = (jobs: readonly Job[]) => jobs.map(({ command }) => command.commandId)

  function fill({ asked, yielding }: { readonly asked: number; readonly yielding: number }) {
    const opened = open()
    const command = (commandId: string, more: Pick<Command, 'yields'> = {}): Command => ({
      ...{ decide: () => accept(), answer: () => null, key: null, ...more },
      ...{ commandId, correlationId: commandId, causationId: null },
    })
    const failures = [
      ...Array.from({ length: yielding }, (_, index) => command(`y${String(index)}`, { yields: true })),
      ...Array.from({ length: asked }, (_, index) => command(`a${String(index)}`)),
    ].map((one) => opened.queue.execute(one).catch((error: unknown) => error))
    return { ...opened, failures }
  }

  test('go behind those that somebody waits for, and a few of both go each time', () => {
    const { queue } = fill({ asked: 7, yielding: 5 })
    expect(queue.size).toBe(12)
    expect(ids(queue.take(3, 2))).toEqual(['a0', 'a1', 'a2', 'y0', 'y1'])
    expect(ids(queue.take(3, 2))).toEqual(['a3', 'a4', 'a5', 'y2', 'y3'])
    expect(ids(queue.take(3, 2))).toEqual(['a6', 'y4'])
    expect(queue.size).toBe(0)
  })

  test('are refused and fail as the others do', async () => {
    const { queue, pass, failures } = fill({ asked: 2, yielding: 3 })
    const full = new CommandQueue({ monotonic: () => 0, most: 1, patience: 1, onAdded: () => undefined })
    void full.execute({ ...commandOf('q'), key: null, yields: true })
    await expect(full.execute(commandOf('q'))).rejects.toMatchObject({ code: 'overloaded' })
    pass(5_000)
    queue.expire('away')
    expect(await Promise.all(failures)).toMatchObject(failures.map(() => ({ code: 'store-unavailable' })))
    expect(queue.size).toBe(0)
  })
})

describe('commands with one key and different questions', () => {
  test('are told so when the first is committed: none of them takes a commit of its own', async () => {
    const { queue, ask } = open()
    const asked = Array.from({ length: 4_000 }, (_, index) => ask(`q${String(index)}`))
    const [first, ...others] = queue.take(500, 1)
    expect(others).toEqual([])
    settle(first!, committed())
    const [one, ...rest] = await Promise.all(asked)
    expect(one).toMatchObject({ outcome: 'accepted' })
    for (const other of rest) expect(other).toEqual(REUSED('q0'))
    expect(queue.size).toBe(0)
  })

  test('are told so when the store knows the key by an older one, but for those that ask what that asked', async () => {
    const { queue, ask } = open()
    const asked = ['new', 'old', 'other', 'old'].map(ask)
    settle(queue.take(500, 1)[0]!, { outcome: 'key-reused', usedFor: Buffer.from('old') })
    await new Promise(setImmediate)
    const again = queue.take(500, 1)
    expect(again.map(({ command }) => command.commandId)).toEqual(['old'])
    settle(again[0]!, { outcome: 'known', answer: 'yes', position: 1 })
    const known = { outcome: 'known', answer: 'yes', position: 1 }
    expect(await Promise.all(asked)).toEqual([REUSED('old'), known, REUSED('old'), known])
  })

  test('are asked in turn where the first failed', async () => {
    const { queue, ask } = open()
    const asked = [ask('q0'), ask('q1')]
    fail(queue.take(500, 1)[0]!, new Error('no decision'))
    await new Promise(setImmediate)
    settle(queue.take(500, 1)[0]!, committed())
    expect(await Promise.all(asked)).toMatchObject([{ message: 'no decision' }, { outcome: 'accepted' }])
  })

  test('count among those that wait', async () => {
    const { queue, ask } = open({ most: 10 })
    const asked = Array.from({ length: 12 }, (_, index) => ask(`q${String(index)}`))
    expect(await Promise.all(asked.slice(10))).toMatchObject([{ code: 'overloaded' }, { code: 'overloaded' }])
    settle(queue.take(500, 1)[0]!, committed())
    expect(await Promise.all(asked.slice(1, 10))).toEqual(Array.from({ length: 9 }, () => REUSED('q0')))
  })

  test('wait for each other no longer than their deadline', async () => {
    const { queue, ask, pass } = open()
    const asked = [ask('q0'), ask('q1')]
    const [first] = queue.take(500, 1)
    pass(5_000)
    fail(first!, storeUnavailable('away'))
    expect(await Promise.all(asked)).toMatchObject([{ code: 'store-unavailable' }, { code: 'store-unavailable' }])
    expect(queue.size).toBe(0)
  })
})
