/** Finds variables that were probably meant to be ours: a typing mistake must not silently leave a default in place. */

// Names of common tools that come within reach of one of ours and mean something else.
const wellKnown: ReadonlySet<string> = new Set(['HOSTS', 'POST', 'PORTS', 'SORT', 'DATE_DIR', 'DATA_DIRS'])

export interface Misspelled {
  readonly name: string
  readonly meant: string
}

/** The variables within two edits of a known name (one edit for names of up to five letters) that are not that name. */
export function misspelledVariables(names: readonly string[], known: readonly string[]): readonly Misspelled[] {
  const knownSet = new Set(known)
  return names
    .filter((name) => /^[A-Z][A-Z0-9_]*$/.test(name) && !knownSet.has(name) && !wellKnown.has(name))
    .flatMap((name) => {
      const meant = nearest(name, known)
      return meant === null ? [] : [{ name, meant }]
    })
}

function nearest(name: string, known: readonly string[]): string | null {
  let best: string | null = null
  let bestEdits = Infinity
  for (const candidate of known) {
    const allowed = candidate.length <= 5 ? 1 : 2
    if (Math.abs(candidate.length - name.length) > allowed) continue
    const count = edits(name, candidate)
    if (count <= allowed && count < bestEdits) {
      best = candidate
      bestEdits = count
    }
  }
  return best
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
export function edits(from: string, to: string): number {
  let beforeLast: readonly number[] = []
  let last: readonly number[] = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      let least = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + (same ? 0 : 1))
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (row > 1 && column > 1 && swapped) least = Math.min(least, at(beforeLast, column - 2) + 1)
      current.push(least)
    }
    beforeLast = last
    last = current
  }
  return at(last, to.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity
}
