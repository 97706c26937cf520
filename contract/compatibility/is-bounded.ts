/** How far a schema reaches through the types of other schemas: each of them is within bounds, all together may not be. */
import type { NamedType, ParsedSchema } from './parsed-schema.ts'

export interface Bounds {
  /** Each type counts where it is written out: a named one once. */
  readonly types: number
  /** Types within types, on the way that a walk takes that enters each named type where it meets it first. */
  readonly depth: number
}

/** Walks with a list of its own, because the stack is what the bounds protect. */
export function isBounded(schema: ParsedSchema, bounds: Bounds): boolean {
  const entered = new Set<NamedType>()
  const ahead: { readonly type: ParsedSchema; readonly depth: number }[] = [{ type: schema, depth: 0 }]
  let types = 0
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const { type, depth } = next
    if ('name' in type && entered.has(type)) continue
    if ('name' in type) entered.add(type)
    if (++types > bounds.types || depth > bounds.depth) return false
    // The last is taken first.
    for (const part of partsOf(type).toReversed()) ahead.push({ type: part, depth: depth + 1 })
  }
  return true
}

function partsOf(type: ParsedSchema): readonly ParsedSchema[] {
  if (type.type === 'array') return [type.items]
  if (type.type === 'map') return [type.values]
  if (type.type === 'union') return type.branches
  return type.type === 'record' ? type.fields.map((field) => field.type) : []
}
