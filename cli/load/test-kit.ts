/** What the specs of load commands share: a service that answers as told, and a command line run inside the spec. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { main } from '../main.ts'

export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export type Answer = (response: ServerResponse, request: SeenRequest) => void

export interface AnsweringService {
  readonly url: string
  readonly seen: readonly SeenRequest[]
  close(): Promise<void>
}

/** Listens on a free port of this machine and answers every request by calling `answer`. */
export async function answeringService(answer: Answer): Promise<AnsweringService> {
  const seen: SeenRequest[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request
      const whole = { method, path, headers, body: Buffer.concat(chunks).toString() }
      seen.push(whole)
      answer(response, whole)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('the server has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

export function answerJson(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return (response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

export interface CommandRun {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command line in this process, to its end. */
export async function runInProcess(...args: readonly string[]): Promise<CommandRun> {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() }
  const printed = Promise.all([text(streams.stdout), text(streams.stderr)])
  const code = await main(args, streams)
  streams.stdout.end()
  streams.stderr.end()
  const [stdout, stderr] = await printed
  return { code, stdout, stderr }
}
