// `npm run build`, and part of `npm ci`: compiles the sources to dist/, which starts faster and runs faster than sources
// that are compiled as they are loaded (tsx names every closure anew: some 10 % of an order's time). Types are not
// checked here; `npm run check` does that. Without the compiler (npm ci --omit=dev) only the dashboard is bundled.
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { buildDashboard, refreshDashboard } from './build-dashboard.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** Not of the program: what measures, checks, runs and describes it, and the dashboard, which is bundled. */
const APART = ['bench', 'coverage', 'dashboard', 'dist', 'docs', 'node_modules', 'ops', 'test']
/** But this one, which the command line uses too. */
const SHARED = 'dashboard/live.ts'
const STAMP = 'sources.json'
/** Of mails, which are read beside the code. */
const TEMPLATE = /\/templates\/[^/]+\.(txt|html)$/
/** Packages of some hundred files each, which take a fifth of a start to load one by one: each becomes one file. */
const VENDORED = ['kysely', 'typebox', 'typebox/schema']
const IMPORT_OF_VENDORED = new RegExp(`from '(${VENDORED.join('|')})'`, 'g')

/** True when dist/ was made from the sources as they are now. */
export function isFresh() {
  try {
    return readFileSync(join(ROOT, 'dist', STAMP), 'utf8') === stampOf(sources())
  } catch {
    return false
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await build()

async function build() {
  const typescript = await import('typescript').catch(() => null)
  if (typescript === null) return await refreshDashboard()
  const { default: ts } = typescript
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => readFileSync(path, 'utf8'))
  // One file at a time the compiler cannot know that the package is of ES modules, so it is told.
  const settings = { ...config.compilerOptions, module: 'esnext', moduleResolution: 'bundler', inlineSourceMap: true }
  const { options: compilerOptions } = ts.convertCompilerOptionsFromJson(settings, ROOT)
  const files = sources()
  const draft = join(ROOT, `dist.new-${String(process.pid)}`)
  await buildDashboard(join(draft, 'dashboard'))
  await bundleVendored(draft)
  for (const { path } of files) {
    const target = join(draft, path)
    mkdirSync(dirname(target), { recursive: true })
    if (!path.endsWith('.ts')) cpSync(join(ROOT, path), target)
    else {
      const { outputText } = ts.transpileModule(readFileSync(join(ROOT, path), 'utf8'), {
        compilerOptions,
        fileName: path,
      })
      const toRoot = '../'.repeat(path.split('/').length - 1)
      const linked = outputText.replace(IMPORT_OF_VENDORED, (_, name) => `from '${toRoot}${vendored(name)}.js'`)
      writeFileSync(target.replace(/\.ts$/, '.js'), linked)
    }
  }
  writeFileSync(join(draft, STAMP), stampOf(files))
  rmSync(join(ROOT, 'dist'), { recursive: true, force: true })
  renameSync(draft, join(ROOT, 'dist'))
}

async function bundleVendored(folder) {
  const { build } = await import('esbuild')
  await build({
    entryPoints: VENDORED.map((name) => ({ in: name, out: vendored(name) })),
    absWorkingDir: ROOT,
    outdir: folder,
    bundle: true,
    splitting: true,
    chunkNames: 'vendored/[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  })
}

function vendored(name) {
  return `vendored/${name.replace('/', '-')}`
}

function stampOf(files) {
  return JSON.stringify(files.map(({ path, size, mtimeMs }) => [path, size, mtimeMs]))
}

/** The folders of the program: all that hold sources, but for those apart. */
export function sourceFolders() {
  return readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^\.|^dist\./.test(entry.name) && !APART.includes(entry.name))
    .map(({ name }) => name)
    .filter((folder) => list(folder).length > 0)
}

/** What goes into dist/: code, and the files that it reads. */
function sources() {
  return [
    ...sourceFolders().flatMap((folder) => list(folder)),
    ...list('dashboard').filter(({ path }) => path === SHARED),
  ].filter(({ path }) => !/\.spec\.ts$|test-kit\.ts$/.test(path))
}

function list(folder) {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return list(path)
    const { size, mtimeMs } = statSync(join(ROOT, path))
    return /\.(ts|sql|lock)$/.test(entry.name) || TEMPLATE.test(path) ? [{ path, size, mtimeMs }] : []
  })
}
