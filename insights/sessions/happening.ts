/**
 * What happens in a session, as one number: a stage, by its index, or with a product, by the number of its name, that it was
 * viewed, put into the cart or taken out of it.
 */
import { STAGES } from './session.ts'

const VIEWED = 0
const PUT_IN = 1
const TAKEN_OUT = 2
const KINDS = 3

export function viewOf(product: number): number {
  return STAGES.length + product * KINDS + VIEWED
}

export function putIn(product: number): number {
  return STAGES.length + product * KINDS + PUT_IN
}

export function takenOut(product: number): number {
  return STAGES.length + product * KINDS + TAKEN_OUT
}

export function isStage(what: number): boolean {
  return what < STAGES.length
}

/** Of what is no stage. */
export function isView(what: number): boolean {
  return (what - STAGES.length) % KINDS === VIEWED
}

export function isPutIn(what: number): boolean {
  return (what - STAGES.length) % KINDS === PUT_IN
}

export function productOf(what: number): number {
  return Math.trunc((what - STAGES.length) / KINDS)
}
