import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { kafkaClient, silentLog } from './connection.ts'

test('a broker at an IPv6 address is asked there', async () => {
  const server = createServer((socket) => socket.destroy())
  server.listen(0, '::1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const asked = once(server, 'connection')
  const brokers = [`[::1]:${String((server.address() as AddressInfo).port)}`]
  const client = kafkaClient({ brokers, prefix: '', tls: null, sasl: null }, { clientId: 'test', log: silentLog })
  const admin = client.admin({ retry: { retries: 0 } })
  await expect(admin.connect()).rejects.toThrow()
  await expect(asked).resolves.toBeDefined()
})
