/**
 * A mail in one language as a file of templates/: `subject:` and, where customers get a text message, `sms:`; then a blank
 * line, and paragraphs with blank lines between them. `# ` begins the heading; a paragraph that begins with {{lines}} is the
 * list of what was ordered, with a sum on each line after it, and is left out where the lines are not known. {{name}} stands
 * for a value. Text and HTML are both made from it.
 */
import { readFileSync } from 'node:fs'

export interface TemplateFile {
  readonly subject: string
  /** Null: no text message. */
  readonly sms: string | null
  readonly blocks: readonly Block[]
}

export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'paragraph'; readonly lines: readonly string[] }
  | { readonly kind: 'lines'; readonly sums: readonly string[] }

const PLACEHOLDER = /\{\{(\w+)\}\}/g

export function readTemplate(name: string, language: string): TemplateFile {
  return parseTemplate(read(`${name}.${language}.txt`))
}

/** The page around the HTML of every mail. */
export function readLayout(): string {
  return read('layout.html')
}

/** Throws an Error where it has no subject, an unknown header, or braces that are no placeholder. */
export function parseTemplate(source: string): TemplateFile {
  const [head = '', ...paragraphs] = source.trim().split(/\n{2,}/)
  const headers = new Map(
    head.split('\n').map((line) => {
      const [, name = '', value = ''] = /^(subject|sms): (.+)$/.exec(line) ?? []
      if (name === '') throw new Error(`"${line}" is not "subject: ..." or "sms: ..."`)
      return [name, value] as const
    }),
  )
  const subject = headers.get('subject')
  if (subject === undefined) throw new Error('it has no subject')
  const odd = /\{(?!\{)|\}(?!\})|\{\{\W|\W\}\}/.exec(source.replaceAll(PLACEHOLDER, ''))
  if (odd !== null) throw new Error(`"${odd[0]}" belongs to no placeholder`)
  return { subject, sms: headers.get('sms') ?? null, blocks: paragraphs.map(blockOf) }
}

/** The text with a value for each placeholder. */
export function fill(text: string, valueOf: (placeholder: string) => string): string {
  return text.replaceAll(PLACEHOLDER, (_, name: string) => valueOf(name))
}

function blockOf(paragraph: string): Block {
  const lines = paragraph.split('\n')
  const [first = '', ...rest] = lines
  if (first.startsWith('# ')) return { kind: 'heading', text: first.slice(2) }
  if (first === '{{lines}}') return { kind: 'lines', sums: rest }
  return { kind: 'paragraph', lines }
}

function read(file: string): string {
  return readFileSync(new URL(`templates/${file}`, import.meta.url), 'utf8')
}
