/** Binds the HTTP server to its port: an explicit one or none, the default or the next free one. */
import { lookup } from 'node:dns/promises'
import { createServer } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Config } from '../config/config.ts'
import { StartFailure, systemCode } from '../start-failure.ts'

/** How far the default port may move. */
const ATTEMPTS = 100

export interface Listening {
  readonly url: string
  /** The port that was asked for and is taken; null when we have it. */
  readonly taken: number | null
}

type Server = Pick<FastifyInstance, 'listen' | 'server'>

export async function listen(server: Server, config: Config): Promise<Listening> {
  const { host, port, portExplicit } = config
  for (let candidate = port; ; candidate++) {
    try {
      const url = await server.listen({ host, port: candidate })
      if (host === 'localhost') await listenBeside(server.server)
      return { url, taken: candidate === port ? null : port }
    } catch (error) {
      if (systemCode(error) === 'EADDRINUSE' && !portExplicit && candidate < port + ATTEMPTS) continue
      throw listenFailure(error, host, candidate)
    }
  }
}

/** `localhost` has an address of each family, and Node binds the first. The others hand their connections to it. */
async function listenBeside(main: Server['server']): Promise<void> {
  const bound = main.address()
  if (bound === null || typeof bound === 'string') return
  for (const { address } of await lookup('localhost', { all: true })) {
    if (address === bound.address) continue
    const beside = createServer((socket) => main.emit('connection', socket))
    main.once('close', () => beside.close())
    await new Promise<void>((resolve) => {
      // A machine without this family, or a port that is taken there: the first address is enough.
      beside.once('error', () => resolve())
      beside.listen(bound.port, address, resolve)
    })
  }
}

function listenFailure(error: unknown, host: string, port: number): StartFailure {
  const taken = systemCode(error) === 'EADDRINUSE'
  return new StartFailure(
    {
      code: taken ? 'port-taken' : 'cannot-listen',
      exitCode: 1,
      what: error instanceof Error ? error.message : String(error),
      tried: `to listen on ${host}:${String(port)}`,
      next: taken
        ? `set PORT=0 for any free port; ss -ltnp 'sport = :${String(port)}' shows who uses this one`
        : 'set HOST to an address of this machine, and PORT to one that this user may bind (1024 or more)',
    },
    { cause: error },
  )
}
