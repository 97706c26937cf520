import type { Kafka, Producer, RecordMetadata } from 'kafkajs'
import { describe, expect, test } from 'vitest'
import { CheckedSender } from './checked-sender.ts'

const where = { topic: 'orders', partition: 2 }
const fine: RecordMetadata = { topicName: 'orders', partition: 2, errorCode: 0 }

/** A sender, and the producers that it made, whose sends are answered in this order. */
function openSender(...answers: readonly (readonly RecordMetadata[])[]) {
  const producers: { connected: boolean }[] = []
  const left = [...answers]
  const producer = () => {
    const made = { connected: false }
    producers.push(made)
    return {
      connect: () => Promise.resolve(void (made.connected = true)),
      disconnect: () => Promise.resolve(void (made.connected = false)),
      send: () => Promise.resolve([...(left.shift() ?? [])]),
    } as unknown as Producer
  }
  const sender = new CheckedSender({ producer } as Pick<Kafka, 'producer'>)
  return { producers, send: () => sender.send(where, [{ value: 'v' }]) }
}

describe('an acknowledgement', () => {
  test('is believed when it is one of the partition that was sent to', async () => {
    const { send, producers } = openSender([fine], [fine])
    await send()
    await send()
    expect(producers).toEqual([{ connected: true }])
  })

  test.each([
    ['there is none', []],
    ['it is of another partition', [{ ...fine, partition: 1 }]],
    ['it is of another topic', [{ ...fine, topicName: 'errors' }]],
    ['it is an error', [{ ...fine, errorCode: 6 }]],
    ['there are two', [fine, fine]],
  ])('is not believed when %s, and the next send has a new producer', async (_, answer) => {
    const { send, producers } = openSender(answer, [fine])
    await expect(send()).rejects.toMatchObject({ code: 'kafka-failed' })
    await send()
    expect(producers).toEqual([{ connected: false }, { connected: true }])
  })
})

test('a second send to a partition is refused while one is under way', async () => {
  const { send } = openSender([fine], [fine])
  const first = send()
  await expect(send()).rejects.toThrow('two sends to orders-2 at once')
  await first
  await send()
})
