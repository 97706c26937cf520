/** Where two readings of the same bytes say different things. */

export interface ValueDifference {
  /** `lines[].quantity`: the entries of an array are one place. */
  readonly path: string
  /** `new` and `gone`: a field that only the later reading has, or only the earlier one. */
  readonly kind: 'changed' | 'new' | 'gone'
  readonly was: unknown
  readonly is: unknown
}

/** Whether two decoded values are the same, to the last field. */
export function sameValue(was: unknown, is: unknown): boolean {
  if (Object.is(was, is)) return true
  if (typeof was !== 'object' || typeof is !== 'object' || was === null || is === null) return false
  if (Array.isArray(was) || Array.isArray(is)) {
    if (!Array.isArray(was) || !Array.isArray(is) || was.length !== is.length) return false
    return was.every((value, index) => sameValue(value, is[index]))
  }
  if (was instanceof Uint8Array || is instanceof Uint8Array) return sameBytes(was, is)
  const [before, after] = [fieldsOf(was), fieldsOf(is)]
  for (const name in before) if (!(name in after) || !sameValue(before[name], after[name])) return false
  for (const name in after) if (!(name in before)) return false
  return true
}

/** Tells every difference, in the order of the fields; a place within an array once for each entry. */
export function compareValues(was: unknown, is: unknown, tell: (found: ValueDifference) => void, path = ''): void {
  if (Object.is(was, is)) return
  if (typeof was !== 'object' || typeof is !== 'object' || was === null || is === null) {
    tell({ path, kind: 'changed', was, is })
  } else if (Array.isArray(was) && Array.isArray(is)) {
    if (was.length !== is.length) tell({ path, kind: 'changed', was, is })
    else was.forEach((value, index) => compareValues(value, is[index], tell, `${path}[]`))
  } else if (Array.isArray(was) || Array.isArray(is)) tell({ path, kind: 'changed', was, is })
  else if (was instanceof Uint8Array || is instanceof Uint8Array) {
    if (!sameBytes(was, is)) tell({ path, kind: 'changed', was, is })
  } else compareFields(fieldsOf(was), fieldsOf(is), tell, path === '' ? '' : `${path}.`)
}

type Fields = Readonly<Record<string, unknown>>

function compareFields(was: Fields, is: Fields, tell: (found: ValueDifference) => void, prefix: string): void {
  for (const name in was) {
    const path = prefix + name
    if (name in is) compareValues(was[name], is[name], tell, path)
    else tell({ path, kind: 'gone', was: was[name], is: undefined })
  }
  for (const name in is) if (!(name in was)) tell({ path: prefix + name, kind: 'new', was: undefined, is: is[name] })
}

function sameBytes(was: object, is: object): boolean {
  return was instanceof Uint8Array && is instanceof Uint8Array && Buffer.compare(was, is) === 0
}

function fieldsOf(value: object): Fields {
  return value as Fields
}
