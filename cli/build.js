// `npm run build`, and part of `npm ci`: bundles the sources into a few files below dist/. They start in a fraction of the
// time that some thousand files take to load one by one, and run faster than sources that are compiled as they are loaded
// (tsx names each new closure: some 10 % of an order's time). Types are not checked here; `npm run check` does that.
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { buildDashboard } from './build-dashboard.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** Not of the program: what measures, checks, runs and describes it, and the dashboard, which is bundled by itself. */
const APART = ['bench', 'coverage', 'dashboard', 'dist', 'docs', 'node_modules', 'ops', 'test']
/** But this one, which the command line uses too. */
const SHARED = 'dashboard/live.ts'
const STAMP = 'sources.json'
/** Of mails, which are read beside the code. */
const TEMPLATE = /\/templates\/[^/]+\.(txt|html)$/
/** What is loaded by its path: the command line, and the programs of threads and of processes of our own. */
const PROGRAMS = [
  'cli/main',
  'app/gateway/child-program',
  'app/mail/mail-program',
  'app/roles/thread-program',
  'contract/judgement/judge-program',
]
/** Packages that a start needs, or most commands. The others stay where they are: they read files of their own, or are native. */
const BUNDLED =
  /^(@fastify\/(rate-limit|swagger|type-provider-typebox|under-pressure|websocket)|ajv|avsc|close-with-grace|commander|fastify|kysely|nodemailer|pg|pg-copy-streams|pino|prom-client|typebox|undici)(\/|$)/
/** Packages of CommonJS ask for the modules of Node by the name `require`; `pathFrom` keeps a space in a path a space. */
const BANNER = [
  "import { createRequire as requireFrom } from 'node:module';",
  "import { fileURLToPath as pathFrom } from 'node:url';",
  'const require = requireFrom(import.meta.url);',
].join(' ')

/** True when dist/ was made from the sources as they are now. */
export function isFresh() {
  try {
    return readFileSync(join(ROOT, 'dist', STAMP), 'utf8') === stampOf(sources())
  } catch {
    return false
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await build()

export async function build() {
  const files = sources()
  const draft = join(ROOT, `dist.new-${String(process.pid)}`)
  await Promise.all([buildDashboard(join(draft, 'dashboard')), bundlePrograms(draft)])
  for (const { path } of files) {
    if (path.endsWith('.ts')) continue
    mkdirSync(dirname(join(draft, path)), { recursive: true })
    cpSync(join(ROOT, path), join(draft, path))
  }
  writeFileSync(join(draft, STAMP), stampOf(files))
  rmSync(join(ROOT, 'dist'), { recursive: true, force: true })
  renameSync(draft, join(ROOT, 'dist'))
}

// All code lies flat in the folder, in parts, so that a command loads only what it needs; a program is also found where its
// source would be.
async function bundlePrograms(folder) {
  const { build: bundle } = await import('esbuild')
  await bundle({
    entryPoints: PROGRAMS.map((program) => ({ in: `${program}.ts`, out: flat(program) })),
    absWorkingDir: ROOT,
    outdir: folder,
    ...{ bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node20' },
    ...{ sourcemap: 'linked', sourcesContent: false, banner: { js: BANNER }, logLevel: 'warning' },
    plugins: [inPlace(ROOT), outside()],
  })
  for (const program of PROGRAMS) {
    const path = join(folder, `${program}.js`)
    mkdirSync(dirname(path), { recursive: true })
    const toRoot = '../'.repeat(program.split('/').length - 1)
    writeFileSync(path, `export * from '${toRoot}${flat(program)}.js'\n`)
  }
}

function flat(program) {
  return program.replaceAll('/', '-')
}

/** Bundled, a module of ours still finds what lies beside its source: `import.meta` names the place where it would be. */
function inPlace(root) {
  return {
    name: 'in-place',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const contents = readFileSync(path, 'utf8')
        if (!contents.includes('import.meta.')) return undefined
        const place = `new URL('./${relative(root, path).replace(/\.ts$/, '.js')}', import.meta.url)`
        const meant = { url: `${place}.href`, dirname: `pathFrom(new URL('.', ${place}))` }
        const placed = contents.replace(/import\.meta\.(url|dirname)\b/g, (_, name) => meant[name])
        return { contents: placed, loader: 'ts' }
      })
    },
  }
}

/** Leaves to npm what is not bundled. */
function outside() {
  return {
    name: 'outside',
    setup({ onResolve }) {
      onResolve({ filter: /^[^./]/ }, ({ path, importer, kind }) => {
        if (kind === 'entry-point' || builtinModules.includes(path)) return undefined
        const bundled = importer.includes('/node_modules/') ? path !== 'pg-native' : BUNDLED.test(path)
        return bundled ? undefined : { path, external: true }
      })
    },
  }
}

function stampOf(files) {
  return JSON.stringify(files.map(({ path, size, mtimeMs }) => [path, size, mtimeMs]))
}

/** The folders of the program: all that hold sources, except those apart. */
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
    return /\.(ts|sql|lock)$|^table-\d+\.json$/.test(entry.name) || TEMPLATE.test(path) ? [{ path, size, mtimeMs }] : []
  })
}
