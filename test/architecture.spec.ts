/** The tree's rules: who may import whom, no cycles, no barrels, no clock or console where they do not belong. */
import { readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT as root, sourceFiles } from './support/source-files.ts'

interface Rule {
  readonly folders: readonly string[] | 'any'
  readonly packages: readonly string[] | 'any'
  /** Built-in modules of Node. */
  readonly node: boolean
}

const RULES: Readonly<Record<string, Rule>> = {
  domain: { folders: ['schemas'], packages: [], node: false },
  commands: { folders: ['domain', 'schemas'], packages: ['typebox', 'ajv'], node: false },
  schemas: { folders: [], packages: ['avsc'], node: true },
  migrations: { folders: [], packages: [], node: true },
  contract: {
    folders: ['schemas', 'migrations'],
    packages: ['avsc', '@kafkajs/confluent-schema-registry', 'kysely', 'pg', 'fastify'],
    node: true,
  },
  store: { folders: ['domain', 'schemas', 'migrations'], packages: ['pg', 'kysely', 'avsc'], node: true },
  kafka: {
    folders: ['domain', 'commands', 'schemas', 'store', 'contract'],
    packages: ['kafkajs', 'lz4-napi', 'pg'],
    node: true,
  },
  projections: { folders: ['domain', 'schemas', 'store'], packages: ['kysely', 'pg', 'pg-copy-streams'], node: true },
  reactors: {
    folders: ['domain', 'commands', 'schemas', 'store', 'projections', 'insights'],
    packages: ['pg', 'kysely', 'nodemailer', 'smtp-server', 'undici'],
    node: true,
  },
  insights: {
    folders: ['domain', 'schemas', 'store', 'projections'],
    packages: ['kysely', 'pg', 'pg-copy-streams', 'lz4-napi'],
    node: true,
  },
  audit: {
    folders: ['domain', 'schemas', 'contract', 'store', 'projections', 'kafka', 'insights'],
    packages: ['pg', 'kysely'],
    node: true,
  },
  simulation: { folders: ['domain', 'commands'], packages: [], node: false },
  api: {
    folders: [
      ...['domain', 'commands', 'schemas', 'store', 'projections', 'contract'],
      ...['kafka', 'reactors', 'insights', 'simulation'],
    ],
    packages: ['fastify', '@fastify/*', 'typebox', 'prom-client', 'pino', 'ajv'],
    node: true,
  },
  dashboard: { folders: [], packages: ['preact', '@preact/signals', 'uplot'], node: false },
  cluster: { folders: ['app', 'kafka', 'contract'], packages: 'any', node: true },
  app: {
    folders: [
      'domain',
      'commands',
      'schemas',
      'store',
      'migrations',
      'projections',
      'reactors',
      'insights',
      'contract',
      'kafka',
      'simulation',
      'audit',
      'api',
    ],
    packages: 'any',
    node: true,
  },
  cli: { folders: 'any', packages: 'any', node: true },
  bench: { folders: 'any', packages: 'any', node: true },
  test: { folders: 'any', packages: 'any', node: true },
  docs: { folders: [], packages: 'any', node: true },
}

/** Folders that list one kind of thing, a file each. */
const LISTS = /^(cli\/commands|api\/(routes|shapes)|dashboard\/(pages|parts|texts)|bench\/figures|test\/\w+)$/
const MOST_FILES = 15
const MOST_LISTED = 30

const files = sourceFiles().filter((file) => file.includes('/') && /\.tsx?$/.test(file))
const sources = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]))

/** Specs stand beside the code, and may use the test runner and Node whatever their folder may. */
const code = files.filter((file) => !/(\.spec|test-kit)\.tsx?$/.test(file))

describe('the architecture', () => {
  test('every folder imports only what the table allows', () => {
    const breaches = code.flatMap((file) => importsOf(file).flatMap((specifier) => breach(file, specifier) ?? []))
    expect(breaches).toEqual([])
  })

  test('there are no import cycles', () => {
    expect(cycles(code)).toEqual([])
  })

  test('there are no barrels and no default exports', () => {
    expect(files.filter((file) => /(^|\/)index\.tsx?$/.test(file))).toEqual([])
    expect(code.filter((file) => /^export default /m.test(sources.get(file) ?? ''))).toEqual([])
  })

  test('clock, randomness and console belong to app and cli', () => {
    // A page has a clock of its own, which its first file passes on.
    const own = /^((app|cli|bench|test|docs)\/|dashboard\/(main\.tsx|shop\/shop\.ts)$)/
    const pattern = /\bnew Date\(\)|\bDate\.now\(\)|\bMath\.random\(\)|\brandomUUID\(\)|\bconsole\./
    expect(code.filter((file) => !own.test(file) && pattern.test(withoutComments(file)))).toEqual([])
  })

  test('only app reads the environment and only cli reads the arguments', () => {
    const reading = (pattern: RegExp, owner: RegExp) =>
      code.filter((file) => !owner.test(file) && pattern.test(withoutComments(file)))
    expect(reading(/\bprocess\.env\b|\benv\b.*from 'node:process'/, /^(app|bench|test)\//)).toEqual([])
    expect(reading(/\bprocess\.argv\b/, /^(cli|bench|test|docs)\//)).toEqual([])
  })

  test('what the API stands on knows no path, status or header of HTTP', () => {
    // An adapter to the HTTP of somebody else knows that one.
    const without = /^(domain|commands|store|kafka|projections|reactors(?!\/\w+\/http-)|audit|simulation)\//
    const path = /['"`]\/[a-z]{2,}/
    const status = /\bstatus(Code)?\b\W{1,5}[1-5]\d\d\b/i
    const header = /['"`](etag|location|x-position|idempotency-\w+|cache-control|retry-after|if-(none-)?match)\b/i
    const knowing = (file: string) => [path, status, header].some((pattern) => pattern.test(withoutComments(file)))
    expect(code.filter((file) => without.test(file) && knowing(file))).toEqual([])
  })

  test('a file longer than 300 lines gives its reason in its first comment', () => {
    const long = code.filter(
      (file) => (sources.get(file) ?? '').split('\n').length > 301 && !/(events|api-shapes)\.ts$/.test(file),
    )
    const unexplained = long.filter((file) => !/lines/.test(firstComment(sources.get(file) ?? '')))
    expect(unexplained).toEqual([])
  })

  test('folders are at most two levels deep', () => {
    expect(files.filter((file) => file.split('/').length > 3)).toEqual([])
  })

  test('a folder is taken in at a glance', () => {
    const counts = new Map<string, number>()
    for (const file of code) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1)
    const over = [...counts].filter(([folder, count]) => count > (LISTS.test(folder) ? MOST_LISTED : MOST_FILES))
    expect(over).toEqual([])
  })

  test('no file and folder of one name stand side by side', () => {
    const folders = new Set(files.map((file) => dirname(file)))
    expect(files.filter((file) => folders.has(file.replace(/(\.(spec|test))?\.tsx?$/, '')))).toEqual([])
  })

  test('every folder of sources is in the table', () => {
    expect(folders().filter((folder) => RULES[folder] === undefined)).toEqual([])
  })
})

function folders(): readonly string[] {
  return [...new Set(files.map((file) => file.split('/')[0] ?? ''))]
}

function firstComment(source: string): string {
  return /^\/\*\*[\s\S]*?\*\//.exec(source)?.[0] ?? ''
}

function importsOf(file: string): readonly string[] {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s+['"]([^'"]+)['"]|(?:^|\n)\s*import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g
  return [...(sources.get(file) ?? '').matchAll(pattern)].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
}

function breach(file: string, specifier: string): string | null {
  const folder = file.split('/')[0] ?? ''
  const rule = RULES[folder]
  if (rule === undefined) return `${file}: ${folder}/ is not in the table`
  if (specifier.startsWith('.')) {
    const target = targetOf(file, specifier).split('/')[0] ?? ''
    const allowed = target === folder || rule.folders === 'any' || rule.folders.includes(target)
    return allowed ? null : `${file} imports ${specifier}: ${folder}/ may not import ${target}/`
  }
  const name = specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : (specifier.split('/')[0] ?? '')
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) {
    return rule.node ? null : `${file} imports ${specifier}: ${folder}/ is free of Node`
  }
  const { packages } = rule
  const allowed =
    packages === 'any' ||
    packages.some((entry) => entry === name || (entry.endsWith('/*') && name.startsWith(entry.slice(0, -1))))
  return allowed ? null : `${file} imports ${specifier}: not a package of ${folder}/`
}

function targetOf(file: string, specifier: string): string {
  return normalize(join(dirname(file), specifier))
}

/** Every import that closes a cycle, type-only ones included. */
function cycles(of: readonly string[]): readonly string[] {
  const found: string[] = []
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      found.push([...path.slice(path.indexOf(file)), file].join(' -> '))
      return
    }
    if (done.has(file)) return
    for (const specifier of importsOf(file))
      if (specifier.startsWith('.')) visit(targetOf(file, specifier), [...path, file])
    done.add(file)
  }
  for (const file of of) visit(file, [])
  return found
}

function withoutComments(file: string): string {
  return (sources.get(file) ?? '').replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')
}
