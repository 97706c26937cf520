/** The program of the thread that judges: an answer for each question, in their order. */
import { parentPort } from 'node:worker_threads'
import { SchemaParseError } from '../compatibility/schema-parse-error.ts'
import { judged, type Judgement, type Question } from './judgement.ts'

/** An error loses its class on the way. */
export type Answer =
  { readonly judgement: Judgement } | { readonly fault: { readonly path: string; readonly what: string } }

parentPort?.on('message', (question: Question) => parentPort?.postMessage(answerTo(question)))
parentPort?.postMessage('ready')

function answerTo(question: Question): Answer {
  try {
    return { judgement: judged(question) }
  } catch (error) {
    if (!(error instanceof SchemaParseError)) throw error
    return { fault: { path: error.path, what: error.what } }
  }
}
