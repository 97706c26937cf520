/** Holds what people read to plain present-day English: no banned phrase in string literals, documents and comments. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { TABLE } from '../dashboard/texts/table.ts'
import { RULES } from '../insights/fraud/table.ts'
import { eventSchemas } from '../schemas/events.ts'

const OLD: readonly RegExp[] = [
  /\bthere (?:is|are) none\b/i,
  /\banew\b/i,
  /\bwhoever\b/i,
  /\b(?:is|are|was|were) told\b/i,
  /\bfor ever\b/i,
  /\b(?:weav(?:e|es|ing)|woven)\b/i,
  /\b(?:riding|rides?|rode) along\b/i,
]
const BANNED: readonly RegExp[] = [
  ...OLD,
  /\b(?:is|are) no (?:valid|json|text|type|event|schema|name|avro|http|utf-8|number|time|array|object|record|field)\b/i,
  /\bothers take\b/i,
  /\bhas not got\b/i,
  /\bthat there (?:is|are)\b/i,
  /\bstands? still\b/i,
]
const BANNED_IN_COMMENTS: readonly RegExp[] = [
  ...OLD,
  /\b(?:is|are) no valid\b/i,
  /\b(?:told of|for want of|whichever)\b/i,
]

const files = execFileSync('git', ['ls-files'], { encoding: 'utf8' }).split('\n')

// Generated from published schemas, whose docs never change, or a story of what was.
const EXEMPT = ['schemas/events.ts', 'CHANGELOG.md']

const sources = files.filter(
  (file) => /\.tsx?$/.test(file) && !/^test\/|\.spec\.tsx?$|test-kit/.test(file) && !EXEMPT.includes(file),
)
const commented = files.filter((file) => /\.(?:tsx?|js)$/.test(file) && !EXEMPT.includes(file))
const documents = files.filter((file) => file.endsWith('.md') && !EXEMPT.includes(file))

function phrases(text: string, banned = BANNED): readonly string[] {
  return banned.flatMap((phrase) => phrase.exec(text)?.[0] ?? [])
}

function literals(file: string): readonly string[] {
  const kind = file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isJsxText(node)) found.push(node.text)
    else if (ts.isTemplateExpression(node)) found.push(node.getText())
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true, kind))
  return found
}

/** Each on one line: a phrase may run over the end of one. */
function comments(source: string): readonly string[] {
  const found = source.match(/(?<![^\s{])\/\*[^]*?\*\/|(?<!\S)\/\/.*(?:\n\s*\/\/.*)*/g) ?? []
  return found.map((comment) => comment.replaceAll(/\n\s*(?:\/\/|\*(?!\/))? ?/g, ' '))
}

/** Without what commands print, which is held above. */
function prose(file: string): string {
  return readFileSync(file, 'utf8').replaceAll(/^```[^]*?^```$/gm, '')
}

test.each(['a plan is no valid plan', 'it is made anew', 'they are told so', 'no one\nweaves'])(
  'finds "%s"',
  (text) => {
    expect(phrases(text)).toHaveLength(1)
  },
)

test('no text of the program has an archaic phrase', () => {
  const found = sources.flatMap((file) =>
    literals(file).flatMap((text) => phrases(text).map((phrase) => `${file}: "${phrase}" in "${text.slice(0, 100)}"`)),
  )
  expect(found).toEqual([])
})

test.each(['// made anew', '/** It\n * is told. */', '// for want\n  // of room'])(
  'finds a phrase in "%s"',
  (source) => {
    expect(comments(source).flatMap((comment) => phrases(comment, BANNED_IN_COMMENTS))).toHaveLength(1)
  },
)

test('no comment has an archaic phrase', () => {
  const found = commented.flatMap((file) =>
    comments(readFileSync(file, 'utf8')).flatMap((comment) =>
      phrases(comment, BANNED_IN_COMMENTS).map((phrase) => `${file}: "${phrase}" in "${comment.slice(0, 100)}"`),
    ),
  )
  expect(found).toEqual([])
})

test('no document has an archaic phrase', () => {
  const found = documents.flatMap((file) => phrases(prose(file)).map((phrase) => `${file}: "${phrase}"`))
  expect(found).toEqual([])
})

test('the texts of the dashboard are all in one table, each under a key that begins with the name of its file', async () => {
  const apart = ['area', 'table', 'text']
  const areas = files.flatMap((file) => /^dashboard\/texts\/([a-z-]+)\.ts$/.exec(file)?.[1] ?? [])
  for (const name of areas.filter((area) => !apart.includes(area))) {
    const [area = {}] = Object.values((await import(`../dashboard/texts/${name}.ts`)) as Record<string, object>)
    const wrong = Object.keys(area).filter((key) => !key.startsWith(`${name}.`) || !(key in TABLE))
    expect([name, wrong]).toEqual([name, []])
  }
  expect(areas.length).toBeGreaterThan(apart.length)
})

test.each(RULES)('the rule %s of fraud has words in the language of the page', (rule) => {
  expect([`words.rule.${rule}`, `fraud.reason.${rule}`].filter((key) => key in TABLE)).toHaveLength(1)
})

test('every event has a word in the language of the page', () => {
  const types = Object.keys(eventSchemas)
  expect(types.length).toBeGreaterThan(30)
  const missing = types.filter((type) => !(`words.event.${type}` in TABLE))
  expect(missing, 'give each a word in dashboard/texts/words.ts').toEqual([])
})
