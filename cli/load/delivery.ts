/** What became of one thing that was sent: the answer of the service, in the words of the report. */
import type { Fault } from '../../commands/faults.ts'
import { RequestGivenUp, type Reply } from '../client/http-client.ts'
import type { Onward } from './send-all.ts'

export type Delivery =
  | { readonly outcome: 'accepted' }
  /** It was there with the same content, or this is the second answer to a request whose first one was lost. */
  | { readonly outcome: 'already-there' }
  /** Readable, but turned down: the code of the problem. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** Not readable, or against the shape of what is sent there. */
  | { readonly outcome: 'invalid'; readonly faults: readonly Fault[] }
  /** An answer that says nothing about what was sent, or none within all of the patience: the service is `gone`. */
  | { readonly outcome: 'failed'; readonly reason: string; readonly gone: boolean }

/** Sends by calling `request` and says what became of it; rejects only for a defect of our own. */
export async function deliver(request: () => Promise<Reply>): Promise<Delivery> {
  try {
    return deliveryOf(await request())
  } catch (error) {
    if (!(error instanceof RequestGivenUp)) throw error
    const { code, message } = error
    return { outcome: 'failed', reason: `${code} (${message})`, gone: code === 'no-answer' }
  }
}

/** What comes next after a delivery: a service that is gone would only take the patience of each of those to come. */
export function onward(delivery: Delivery): Onward {
  return delivery.outcome === 'failed' && delivery.gone ? 'stop' : 'go-on'
}

/** Reads an answer to a POST that creates something. */
export function deliveryOf(reply: Reply): Delivery {
  const { status } = reply
  if (status === 201) return { outcome: 'accepted' }
  if (status === 200) return { outcome: 'already-there' }
  if (status === 400) return { outcome: 'invalid', faults: faultsOf(reply) }
  const reason = problemCode(reply)
  return status > 400 && status < 500 ? { outcome: 'refused', reason } : { outcome: 'failed', reason, gone: false }
}

/** The code of a problem document, else the status. */
export function problemCode({ status, body }: Reply): string {
  const code = field(body, 'code')
  return typeof code === 'string' ? code : `status-${status}`
}

function faultsOf({ status, body }: Reply): readonly Fault[] {
  const errors = field(body, 'errors')
  const faults = (Array.isArray(errors) ? errors : []).flatMap((error: unknown) => {
    const [pointer, message] = [field(error, 'pointer'), field(error, 'message')]
    return typeof pointer === 'string' && typeof message === 'string' ? [{ pointer, message }] : []
  })
  if (faults.length > 0) return faults
  const detail = field(body, 'detail')
  return [{ pointer: '', message: typeof detail === 'string' ? detail : `answered ${status}` }]
}

/** A property of something that came from outside; undefined when it is missing. */
export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
