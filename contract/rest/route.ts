/** A route of the registry's REST face. */
import type { Answer } from './answer.ts'
import type { Asked } from './request.ts'

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below the prefix of the registry. */
  readonly path: string
  /** It changes something: not everybody may. */
  readonly write: boolean
  readonly answer: (asked: Asked) => Promise<Answer>
}

type Answering = (asked: Asked) => Promise<unknown>

export function reading(path: string, value: Answering): Route {
  return { method: 'GET', path, write: false, answer: async (asked) => ({ value: await value(asked) }) }
}

/** A question that needs a body: it changes nothing. */
export function asking(path: string, value: Answering): Route {
  return { method: 'POST', path, write: false, answer: async (asked) => ({ value: await value(asked) }) }
}

export function writing(method: 'POST' | 'PUT' | 'DELETE', path: string, value: Answering): Route {
  return { method, path, write: true, answer: async (asked) => ({ value: await value(asked) }) }
}

/** Shows a schema as itself, not wrapped in anything. */
export function showing(path: string, text: (asked: Asked) => Promise<string>): Route {
  return { method: 'GET', path, write: false, answer: async (asked) => ({ text: await text(asked) }) }
}
