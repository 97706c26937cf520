/** What came from outside, as a message quotes it: anyone who sends a megabyte does not get it back a hundred times. */

const MOST = 200

export function cut(text: string, most = MOST): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`
}

/** The first of them, and how many there are besides. */
export function cutList(texts: readonly string[], most = MOST): string {
  let characters = 0
  const over = texts.findIndex((text) => (characters += text.length) > most)
  if (over < 0) return texts.join(', ')
  // One that is too long by itself is better than none.
  const shown = texts.slice(0, Math.max(1, over)).map((text) => cut(text, most))
  const left = texts.length - shown.length
  return left === 0 ? shown.join(', ') : `${shown.join(', ')}, … and ${String(left)} more`
}
