/** A mail server that answers each step as a test says: for what no real one does on demand. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

export type Step = 'greeting' | 'EHLO' | 'HELO' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA' | 'message' | 'RSET'

/** A reply; `silence`; `drop`: the connection is cut; `trickle`: a byte now and then, and never a whole reply. */
export type Answer = string

const USUAL: Readonly<Record<string, Answer>> = {
  greeting: '220 ready',
  EHLO: '250-here\r\n250 AUTH PLAIN',
  AUTH: '235 2.7.0 welcome',
  DATA: '354 go on',
  QUIT: '221 bye',
}

export class ScriptedSmtp {
  /** What each step is answered with, where it is not the usual. */
  script: Partial<Record<Step, Answer>> = {}
  readonly messages: string[] = []
  /** As they came. */
  readonly lines: string[] = []
  connections = 0
  readonly #sockets = new Set<Socket>()
  readonly #server = createServer((socket) => this.#serve(socket))

  /** `port`: the one it had before it was closed; 0: any. */
  async open(port = 0): Promise<this> {
    this.#server.listen(port, '127.0.0.1')
    await once(this.#server, 'listening')
    return this
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** As a server does that is stopped, or tired of waiting. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    this.cutAll()
    if (!this.#server.listening) return
    this.#server.close()
    await once(this.#server, 'close')
  }

  #serve(socket: Socket): void {
    this.connections += 1
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => undefined)
    let inMessage = false
    let unread = ''
    this.#answer(socket, 'greeting')
    socket.on('data', (chunk: Buffer) => {
      unread += chunk.toString('latin1')
      for (;;) {
        const end = inMessage ? unread.indexOf('\r\n.\r\n') : unread.indexOf('\r\n')
        if (end === -1) break
        const part = unread.slice(0, end)
        unread = unread.slice(end + (inMessage ? 5 : 2))
        if (inMessage) {
          this.messages.push(part)
          inMessage = false
          this.#answer(socket, 'message')
        } else {
          this.lines.push(part)
          const step = part.slice(0, 4).toUpperCase()
          inMessage = this.#answer(socket, step).startsWith('354')
        }
      }
    })
  }

  #answer(socket: Socket, step: string): Answer {
    const answer = this.script[step as Step] ?? USUAL[step] ?? '250 2.0.0 fine'
    if (answer === 'drop') socket.destroy()
    else if (answer === 'trickle') {
      const timer = setInterval(() => socket.write('2'), 20)
      socket.on('close', () => clearInterval(timer))
    } else if (answer !== 'silence') socket.write(`${answer}\r\n`)
    return answer
  }
}
