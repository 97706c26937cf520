/** Ports of loopback that stay ours while this process lives, whether somebody listens on them or not. */
import { createServer, type Server } from 'node:net'
import { randomInt } from 'node:crypto'

/** Below the ports that systems hand out for outgoing connections, which could take that of a broker that is down. */
const FIRST = 15_000
const BLOCK = 10
const BLOCKS = 1_600
const ATTEMPTS = 200

export interface PortBlock {
  readonly ports: readonly number[]
  release(): void
}

/**
 * Up to 9 free ports. The port before them is listened on for as long as the block is held: that is the lock that keeps
 * other processes of ours away, and the kernel opens it when this process dies.
 */
export async function portBlock(count: number): Promise<PortBlock> {
  if (count >= BLOCK) throw new Error(`a block has at most ${BLOCK - 1} ports`)
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const first = FIRST + BLOCK * randomInt(BLOCKS)
    const lock = await listen(first)
    if (lock === null) continue
    lock.unref()
    const ports = Array.from({ length: count }, (_, index) => first + 1 + index)
    const free = await Promise.all(ports.map(isFree))
    if (free.every(Boolean)) return { ports, release: () => void lock.close() }
    lock.close()
  }
  throw new Error(`no ${count} free ports between ${FIRST} and ${FIRST + BLOCK * BLOCKS}`)
}

async function isFree(port: number): Promise<boolean> {
  const server = await listen(port)
  if (server === null) return false
  return new Promise((resolve) => server.close(() => resolve(true)))
}

/** Null when somebody listens there already. */
function listen(port: number): Promise<Server | null> {
  const server = createServer((socket) => socket.destroy())
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      if ('code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES')) resolve(null)
      else reject(error)
    })
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}
