import { expect, test } from 'vitest'
import { brokerProperties } from './kafka-properties.ts'

const brokers = [1, 2, 3].map((id) => ({ id, port: 9000 + id, innerPort: 9010 + id, controllerPort: 9020 + id }))

function lines(count: number, keyFile: string | null): readonly string[] {
  const [broker] = brokers
  if (broker === undefined) throw new Error('there are three')
  return brokerProperties({ broker, brokers: brokers.slice(0, count), dataDir: '/data', keyFile }).split('\n')
}

test('of three brokers one may be away, of one none', () => {
  expect(lines(3, null)).toEqual(expect.arrayContaining(['default.replication.factor=3', 'min.insync.replicas=2']))
  expect(lines(1, null)).toEqual(expect.arrayContaining(['default.replication.factor=1', 'min.insync.replicas=1']))
})

test('each knows the controllers of all', () => {
  expect(lines(3, null)).toContain('controller.quorum.voters=1@127.0.0.1:9021,2@127.0.0.1:9022,3@127.0.0.1:9023')
})

test('clients of a secure cluster come over TLS with a password, and never without', () => {
  const secure = lines(1, '/keys/server.pem')
  expect(secure).toContain('listener.security.protocol.map=CLIENTS:SASL_SSL,BROKERS:PLAINTEXT,CONTROLLER:PLAINTEXT')
  expect(secure).toContain('listener.name.clients.ssl.keystore.location=/keys/server.pem')
  expect(lines(1, null).some((line) => /ssl|sasl/i.test(line))).toBe(false)
})
