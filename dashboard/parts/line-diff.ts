/** What has changed from one text to another, line by line, for two columns that stand side by side. */

export interface Line {
  /** From 1. */
  readonly number: number
  readonly text: string
}

/** A row: both lines are there unless one was only removed or only added. */
export interface DiffRow {
  readonly kind: 'same' | 'changed'
  readonly before: Line | null
  readonly after: Line | null
}

export function lineDiff(before: string, after: string): readonly DiffRow[] {
  const [old, young] = [linesOf(before), linesOf(after)]
  const rows: DiffRow[] = []
  let [i, j] = [0, 0]
  for (const [kept, stays] of [...common(old, young), [old.length, young.length] as const]) {
    const [removed, added] = [old.slice(i, kept), young.slice(j, stays)]
    for (let row = 0; row < Math.max(removed.length, added.length); row++) {
      rows.push({ kind: 'changed', before: removed[row] ?? null, after: added[row] ?? null })
    }
    const [left, right] = [old[kept], young[stays]]
    if (left !== undefined && right !== undefined) rows.push({ kind: 'same', before: left, after: right })
    ;[i, j] = [kept + 1, stays + 1]
  }
  return rows
}

function linesOf(text: string): readonly Line[] {
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line, index) => ({ number: index + 1, text: line }))
}

/** The longest run of lines that both have, as pairs of places. Schemas have some hundred lines: no need to be clever. */
function common(old: readonly Line[], young: readonly Line[]): readonly (readonly [number, number])[] {
  const width = young.length + 1
  // At [i, j]: how many lines the rests from there on have in common.
  const lengths = new Uint32Array((old.length + 1) * width)
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = young.length - 1; j >= 0; j--) {
      const same = old[i]?.text === young[j]?.text
      lengths[i * width + j] = same ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const pairs: (readonly [number, number])[] = []
  for (let i = 0, j = 0; i < old.length && j < young.length;) {
    if (old[i]?.text === young[j]?.text) pairs.push([i++, j++])
    else if (at(i + 1, j) >= at(i, j + 1)) i++
    else j++
  }
  return pairs
}
