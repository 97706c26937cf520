import { kafkajs } from './kafkajs.ts'
import { describe, expect, test } from 'vitest'
import { isCoordinatorComing, isKafkaError, kafkaAdvice, KafkaFailure, kafkaFailure } from './kafka-failure.ts'

const closed = new kafkajs.KafkaJSConnectionError('Connection error: connect ECONNREFUSED 127.0.0.1:1', {
  broker: '127.0.0.1:1',
  code: 'ECONNREFUSED',
})

function exceeded(cause: Error): Error {
  return new kafkajs.KafkaJSNumberOfRetriesExceeded(cause, { retryCount: 5, retryTime: 1_000 })
}

describe('what kafkajs throws', () => {
  test.each([
    ['a refused connection', exceeded(closed), 'kafka-unreachable'],
    [
      'a request without an answer',
      new kafkajs.KafkaJSRequestTimeoutError('Request timed out', {} as never),
      'kafka-unreachable',
    ],
    [
      'a wrong password',
      Object.assign(new Error('SCRAM failed'), { name: 'KafkaJSSASLAuthenticationError' }),
      'kafka-refused',
    ],
    [
      'a certificate of another authority',
      exceeded(
        new kafkajs.KafkaJSConnectionError('Connection error: self-signed certificate in certificate chain', {}),
      ),
      'kafka-refused',
    ],
    ['an answer that is an error', new kafkajs.KafkaJSError('This server does not host it'), 'kafka-failed'],
  ])('%s', (_, error, code) => {
    expect(isKafkaError(error)).toBe(true)
    const failure = kafkaFailure(error)
    expect(failure.code).toBe(code)
    expect(failure.cause).toBe(error)
  })

  test('is told by its innermost reason', () => {
    expect(kafkaFailure(exceeded(closed)).message).toBe('Connection error: connect ECONNREFUSED 127.0.0.1:1')
  })

  test('says what may be missing where kafkajs has forgotten it', () => {
    const lost = Object.assign(new Error('Failed to find group coordinator'), {
      name: 'KafkaJSGroupCoordinatorNotFound',
    })
    expect(kafkaFailure(lost).message).toContain('grant READ and DESCRIBE on it to this user')
  })

  test('passes where the coordinator of a group begins its work', () => {
    const loading = Object.assign(new Error('The coordinator is loading'), { type: 'GROUP_LOAD_IN_PROGRESS' })
    expect([exceeded(loading), exceeded(closed), new TypeError('x')].map(isCoordinatorComing)).toEqual([
      true,
      false,
      false,
    ])
  })

  test('is advised on by where it happened: brokers may name themselves by another address than they were asked at', () => {
    expect(kafkaAdvice(exceeded(closed), { brokers: ['127.0.0.1:1'] })).toMatch(/^start the brokers/)
    expect(kafkaAdvice(exceeded(closed), { brokers: ['kafka.example:9092'] })).toBe(
      'the brokers name themselves 127.0.0.1:1, which is not reached from here: correct their advertised.listeners',
    )
  })

  test('stays as it is when it is told already, and a defect of ours is none', () => {
    const failure = new KafkaFailure('topics-missing', 'orders')
    expect(kafkaFailure(failure)).toBe(failure)
    expect(isKafkaError(new TypeError('x is not a function'))).toBe(false)
  })
})
