/** Dead letters as the running service shows them. */
import { StartFailure } from '../../app/start-failure.ts'
import type { DeadLetter, DeadLetterList, SelectDeadLetters } from '../../dashboard/api-shapes.ts'
import type { HttpClient } from './http-client.ts'
import { requireSuccess } from './service.ts'

export interface LetterWish {
  readonly cause?: string | undefined
  readonly state?: string | undefined
  readonly before?: number | undefined
  readonly limit: number
}

export async function readLetters(client: HttpClient, wish: LetterWish): Promise<DeadLetterList> {
  const { cause, state, before, limit } = wish
  const query = new URLSearchParams({
    limit: String(limit),
    ...(cause !== undefined && { cause }),
    ...(state !== undefined && { state }),
    ...(before !== undefined && { before: String(before) }),
  })
  const path = `/dead-letters?${query.toString()}`
  const reply = await client.get(path)
  requireSuccess(reply, `GET ${client.url}${path}`)
  return reply.body as DeadLetterList
}

export async function readLetter(client: HttpClient, id: number): Promise<DeadLetter> {
  const path = `/dead-letters/${String(id)}`
  const reply = await client.get(path)
  if (reply.status === 404) {
    throw new StartFailure({
      code: 'dead-letter-not-found',
      exitCode: 1,
      what: `no dead letter has the number ${String(id)}`,
      tried: `GET ${client.url}${path}`,
      next: 'orderledger dead-letters list',
    })
  }
  requireSuccess(reply, `GET ${client.url}${path}`)
  return reply.body as DeadLetter
}

export async function ask<Body>(client: HttpClient, path: string, body: SelectDeadLetters): Promise<Body> {
  const reply = await client.post(path, JSON.stringify(body))
  requireSuccess(reply, `POST ${client.url}${path}`)
  return reply.body as Body
}

/** Numbers are letters, and one word is a cause. Throws a StartFailure for a mixture. */
export function selected(which: readonly string[]): Pick<SelectDeadLetters, 'cause' | 'ids'> {
  if (which.every((one) => /^[1-9]\d{0,14}$/.test(one))) return { ids: which.map(Number) }
  const [cause = ''] = which
  if (which.length === 1 && /^[a-z-]+-[0-9a-f]{8}$/.test(cause)) return { cause }
  throw new StartFailure({
    code: 'no-selection',
    exitCode: 2,
    what: `"${which.join(' ')}" is neither a cause nor a list of letter numbers`,
    tried: 'to read the selection of letters',
    next: 'orderledger dead-letters list shows the causes; --cause CAUSE shows the numbers',
  })
}
