/** Reads JSON that somebody has typed, and says where it is not valid: browsers say so in many ways, or not at all. */

export type ReadJson = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly fault: string }

export function readJson(text: string): ReadJson {
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    return { ok: false, fault: faultIn(text) }
  }
}

/** `line 3, column 7: "2" is not allowed here`. */
function faultIn(text: string): string {
  const at = firstFault(text)
  const before = text.slice(0, at).split('\n')
  const place = `line ${String(before.length)}, column ${String((before.at(-1) ?? '').length + 1)}`
  const found = String.fromCodePoint(text.codePointAt(at) ?? 0)
  return at >= text.length
    ? `${place}: the text ends too early`
    : `${place}: ${JSON.stringify(found)} is not allowed here`
}

/** What may come next: within an object or a list that has just begun, its end too. */
type Awaited = 'value' | 'value or end' | 'name' | 'name or end' | 'colon' | 'more or end' | 'nothing'

const SPACE = /[ \t\n\r]*/y
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const OTHER = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y

/** The place of the first character that no JSON has there; the end of the text when only more is missing. */
function firstFault(text: string): number {
  const open: ('{' | '[')[] = []
  let awaited: Awaited = 'value'
  let at = 0
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at
    const length = pattern.exec(text)?.[0].length ?? 0
    at += length
    return length > 0
  }
  const closed = (): Awaited => (open.length === 0 ? 'nothing' : 'more or end')
  for (;;) {
    take(SPACE)
    const character = text[at]
    const inObject: boolean = open.at(-1) === '{'
    if (character === undefined || awaited === 'nothing') return at
    if (awaited.endsWith('or end') && character === (inObject ? '}' : ']')) {
      at++
      open.pop()
      awaited = closed()
    } else if (awaited === 'more or end' && character === ',') {
      at++
      awaited = inObject ? 'name' : 'value'
    } else if (awaited === 'colon' && character === ':') {
      at++
      awaited = 'value'
    } else if (awaited.startsWith('name') && take(STRING)) awaited = 'colon'
    else if (awaited.startsWith('value') && (character === '{' || character === '[')) {
      at++
      open.push(character)
      awaited = character === '{' ? 'name or end' : 'value or end'
    } else if (awaited.startsWith('value') && (take(STRING) || take(OTHER))) awaited = closed()
    else return at
  }
}
