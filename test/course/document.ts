/** docs/schema-evolution.md as what it tells people to do, and what it says is printed. */

/** A section with something to do. */
export interface Step {
  /** Of the ten; null for a section beside them. */
  readonly number: number | null
  readonly title: string
  readonly blocks: readonly Block[]
}

export type Block =
  | {
      readonly kind: 'commands'
      readonly script: string
      readonly exitCode: number
      /** The fence that shows what is printed; null when none does. */
      readonly printed: number | null
    }
  | { readonly kind: 'edit'; readonly file: string; readonly hunks: readonly Hunk[] }

export interface Hunk {
  readonly before: string
  readonly after: string
}

export interface CourseDocument {
  readonly steps: readonly Step[]
  /** The whole text, with these outputs in place of those that it shows: by the number of their fence. */
  withPrinted(outputs: ReadonlyMap<number, string>): string
}

interface Fence {
  readonly language: string
  readonly content: string
  /** The text before it, from the end of the last fence. */
  readonly before: string
}

const FENCE = /^```(\w+)\n([\s\S]*?)^```$/gm
const HEADING = /^## (.+)$/gm

/** Throws when an output belongs to no commands, or an edit is not one. */
export function parseDocument(text: string): CourseDocument {
  const fences: Fence[] = []
  let end = 0
  for (const match of text.matchAll(FENCE)) {
    fences.push({ language: match[1] ?? '', content: match[2] ?? '', before: text.slice(end, match.index) })
    end = match.index + match[0].length
  }
  const rest = text.slice(end)
  const sections: { readonly title: string; readonly blocks: Block[] }[] = []
  fences.forEach(({ language, content, before }, index) => {
    for (const [, title = ''] of before.matchAll(HEADING)) sections.push({ title, blocks: [] })
    const blocks = sections.at(-1)?.blocks
    const next = fences[index + 1]
    if (language === 'sh') blocks?.push(commands(content, next?.language === 'text' ? index + 1 : null))
    if (language === 'diff') blocks?.push(edit(content))
    if (language === 'text' && fences[index - 1]?.language !== 'sh') throw new Error(`nothing prints: ${content}`)
  })
  return {
    steps: sections
      .filter(({ blocks }) => blocks.length > 0)
      .map(({ title, blocks }) => ({ number: /^\d+/.test(title) ? Number.parseInt(title, 10) : null, title, blocks })),
    withPrinted: (outputs) =>
      fences
        .map(({ language, content, before }, index) => {
          return `${before}\`\`\`${language}\n${outputs.get(index) ?? content}\`\`\``
        })
        .join('') + rest,
  }
}

function commands(script: string, printed: number | null): Block {
  const [, exitCode = '0'] = /# exits with (\d)$/m.exec(script) ?? []
  return { kind: 'commands', script, exitCode: Number(exitCode), printed }
}

/** `--- file`, then hunks of lines that stay, go (-) and come (+), with `@@` between two hunks. */
function edit(content: string): Block {
  const [head = '', ...lines] = content.trimEnd().split('\n')
  if (!head.startsWith('--- ')) throw new Error(`an edit names its file first: ${head}`)
  const hunks = lines.join('\n').split(/^@@\n/m)
  return {
    kind: 'edit',
    file: head.slice(4),
    hunks: hunks.map((hunk) => ({ before: side(hunk, '-'), after: side(hunk, '+') })),
  }
}

function side(hunk: string, sign: '-' | '+'): string {
  const lines = hunk.trimEnd().split('\n')
  return lines
    .filter((line) => line.startsWith(' ') || line.startsWith(sign) || line === '')
    .map((line) => `${line.slice(1)}\n`)
    .join('')
}
