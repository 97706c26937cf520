/** Codes of the service in words, and the shapes that stand before them. */
import { inWords } from './format.ts'
import { wordFor } from '../texts/text.ts'

export function eventWord(type: string): string {
  return wordFor('event', type) ?? inWords(type)
}

export function methodWord(code: string): string {
  return wordFor('method', code) ?? inWords(code)
}

/** A code that is known, else the words of a person. */
export function reasonWords(reason: string): string {
  return wordFor('reason', reason) ?? reason
}
