import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { portBlock } from './port-block.ts'

describe('a block of ports', () => {
  test('holds as many as were asked for, and all can be listened on', async () => {
    const block = await portBlock(9)
    expect(new Set(block.ports).size).toBe(9)
    const servers = block.ports.map((port) => createServer().listen(port, '127.0.0.1'))
    await Promise.all(servers.map((server) => once(server, 'listening')))
    for (const server of servers) server.close()
    block.release()
  })

  test('is locked by a listener before it until it is released', async () => {
    const block = await portBlock(1)
    const lock = (block.ports[0] ?? 0) - 1
    const socket = connect(lock, '127.0.0.1')
    await once(socket, 'connect')
    socket.destroy()
    block.release()
    const refused = connect(lock, '127.0.0.1')
    await expect(once(refused, 'connect')).rejects.toThrow('ECONNREFUSED')
  })

  test('is never that of another', async () => {
    const blocks = await Promise.all(Array.from({ length: 50 }, () => portBlock(9)))
    expect(new Set(blocks.flatMap(({ ports }) => ports)).size).toBe(450)
    for (const block of blocks) block.release()
  })

  test('lies below the ports that outgoing connections are given', async () => {
    const { ports, release } = await portBlock(3)
    expect(ports.every((port) => port >= 15_000 && port < 32_000)).toBe(true)
    release()
  })
})
