/**
 * A payment gateway that moves no money: it answers as docs/payments.md says, deterministic by seed and key, and keeps a
 * book that it syncs before each answer. It listens on loopback alone and asks for no password: it is for trying out.
 */
import { dirname } from 'node:path'
import { prepareDataDirectory } from '../start/data-directory.ts'
import { StartFailure, systemCode } from '../start-failure.ts'
import { Book } from './book.ts'
import { gatewayServer } from './server.ts'
import { Simulator, type SimulatorOptions } from './simulator.ts'
import type { WebhookTarget } from './webhook-sender.ts'

export interface RunningSimulator {
  readonly url: string
  /** From now on outcomes are reported there. */
  sendWebhooksTo(target: WebhookTarget): void
  /** Cuts what is under way; what was answered is in the book. Again: the same promise. */
  stop(): Promise<void>
}

/** Resolves when it can be asked. Throws a StartFailure: its port is taken, its book is damaged or in use. */
export async function startSimulator(options: SimulatorOptions): Promise<RunningSimulator> {
  prepareDataDirectory(dirname(options.book))
  const simulator = new Simulator(options, await Book.open(options.book))
  const server = gatewayServer(simulator)
  try {
    const url = await server.listen({ host: '127.0.0.1', port: options.port })
    simulator.resume()
    const stop = async (): Promise<void> => {
      await simulator.stop()
      await server.close()
      await simulator.book.close()
    }
    let stopped: Promise<void> | null = null
    return { url, sendWebhooksTo: (target) => simulator.sendWebhooksTo(target), stop: () => (stopped ??= stop()) }
  } catch (error) {
    await simulator.stop()
    await simulator.book.close()
    throw cannotListen(error, options.port)
  }
}

function cannotListen(error: unknown, port: number): StartFailure {
  const taken = systemCode(error) === 'EADDRINUSE'
  return new StartFailure(
    {
      code: taken ? 'port-taken' : 'cannot-listen',
      exitCode: 1,
      what: error instanceof Error ? error.message : String(error),
      tried: `to listen on 127.0.0.1:${port}`,
      next: taken
        ? `use --port 0 for any free port; ss -ltnp 'sport = :${port}' shows who uses this one`
        : 'use a port that this user may bind (1024 or more)',
    },
    { cause: error },
  )
}
