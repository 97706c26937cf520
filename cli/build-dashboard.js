// Bundles dashboard/ into files that a browser loads as they are: part of `npm run build`, and done again at a start when
// the sources were touched since.
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SOURCES = join(ROOT, 'dashboard')
const BUILT = join(ROOT, 'dist/dashboard')
/** Beside the files, not among them: they are served. */
const STAMP = join(ROOT, 'dist/dashboard.json')

/** Makes sure that dist/dashboard/ is what the sources say. */
export async function refreshDashboard() {
  const stamp = stampOf()
  if (contentOf(STAMP) === stamp) return
  const draft = `${BUILT}.new-${String(process.pid)}`
  await bundleDashboard(draft)
  rmSync(BUILT, { recursive: true, force: true })
  try {
    renameSync(draft, BUILT)
    writeFileSync(STAMP, stamp)
  } catch (error) {
    // Another process was quicker, with the same.
    rmSync(draft, { recursive: true, force: true })
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
  }
}

/** Writes the files of the dashboard, and their stamp beside the folder. */
export async function buildDashboard(folder) {
  const stamp = stampOf()
  await bundleDashboard(folder)
  writeFileSync(`${folder}.json`, stamp)
}

async function bundleDashboard(folder) {
  const { build } = await import('esbuild')
  await build({
    absWorkingDir: SOURCES,
    entryPoints: [
      { in: 'main.tsx', out: 'dashboard' },
      { in: 'style/all.css', out: 'dashboard' },
      { in: 'index.html', out: 'index' },
      { in: 'icon.svg', out: 'icon' },
      // A page of a shop that tells what its visitors do.
      { in: 'shop/shop.ts', out: 'shop' },
      { in: 'shop/shop.html', out: 'shop' },
    ],
    outdir: folder,
    loader: { '.html': 'copy', '.svg': 'copy' },
    bundle: true,
    // A page tells by it that it is older than the service.
    define: { RELEASE: JSON.stringify(release()) },
    minify: true,
    format: 'esm',
    // The first with light-dark() and nesting.
    target: ['chrome123', 'firefox120', 'safari17.5'],
    legalComments: 'eof',
    logLevel: 'warning',
  })
}

function stampOf() {
  const files = readdirSync(SOURCES, { recursive: true }).map((path) => {
    const { size, mtimeMs } = statSync(join(SOURCES, path))
    return [path, size, mtimeMs]
  })
  return JSON.stringify([release(), ...files.sort(([one], [other]) => (one < other ? -1 : 1))])
}

function release() {
  return JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version
}

function contentOf(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
