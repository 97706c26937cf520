/**
 * Text messages by HTTP, for a bridge to the service that delivers them: POST {key, to, text}. 2xx: sent; 4xx: refused for good; anything
 * else, or no answer: it is asked for again, under the same key. A bridge that has too much to do answers 503.
 */
import { Agent, request } from 'undici'
import type { SendOutcome } from './mailer.ts'

export interface TextMessage {
  /** One for each step: a bridge that has seen it sends nothing. */
  readonly key: string
  /** A phone number, as the customer gave it. */
  readonly to: string
  readonly text: string
}

export interface Texter {
  /** No bridge: what is sent goes nowhere, and is recorded as simulated. */
  readonly simulated: boolean
  /** Never rejects. */
  send(message: TextMessage): Promise<SendOutcome>
  close(): Promise<void>
}

/** Milliseconds until an answer. */
const PATIENCE = 10_000
const CONNECTIONS = 10

export function httpTexter(url: string, patience = PATIENCE): Texter {
  const { username, password } = new URL(url)
  const target = new URL(url)
  target.username = ''
  target.password = ''
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')
  const agent = new Agent({ connections: CONNECTIONS, connect: { timeout: patience } })
  return {
    simulated: false,
    async send(message) {
      const ending = new AbortController()
      const timer = setTimeout(() => ending.abort(), patience)
      try {
        const { statusCode, body } = await request(target, {
          method: 'POST',
          dispatcher: agent,
          headers: {
            'content-type': 'application/json',
            ...(username === '' ? {} : { authorization: `Basic ${login}` }),
          },
          body: JSON.stringify(message),
          signal: ending.signal,
        })
        await body.dump({ limit: 65_536 })
        return outcomeOf(statusCode)
      } catch {
        return { outcome: 'outage', reason: ending.signal.aborted ? 'timed-out' : 'unreachable' }
      } finally {
        clearTimeout(timer)
      }
    },
    close: () => agent.destroy(),
  }
}

export const simulatedTexter: Texter = {
  simulated: true,
  send: () => Promise.resolve({ outcome: 'sent' }),
  close: () => Promise.resolve(),
}

function outcomeOf(answer: number): SendOutcome {
  const text = String(answer)
  if (text.startsWith('2')) return { outcome: 'sent' }
  if (text.startsWith('4')) return { outcome: 'refused', reason: `refused ${text}` }
  return { outcome: 'later', reason: `deferred ${text}` }
}
