/** The headers of a record: pairs of bytes in the order in which they were written, never keys of an object. */

/** A name may come several times; a value may be missing. */
export type RecordHeader = readonly [name: Buffer, value: Buffer | null]

export type RecordHeaders = ScannedHeaders | readonly RecordHeader[]

/** Headers that can say some of their texts without making pairs of all. */
export interface ScannedHeaders extends Iterable<RecordHeader> {
  texts(names: readonly string[]): (string | null)[]
}

/**
 * The values of some headers as text, in the order of `names` (ASCII). Null: there is no such header, or it has no value.
 * Of several with one name the last one counts.
 */
export function headerTexts(headers: RecordHeaders, names: readonly string[]): readonly (string | null)[] {
  if ('texts' in headers) return headers.texts(names)
  const texts = names.map((): string | null => null)
  for (const [name, value] of headers) {
    const wanted = names.indexOf(name.toString())
    if (wanted >= 0) texts[wanted] = value === null ? null : value.toString()
  }
  return texts
}
