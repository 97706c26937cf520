#!/usr/bin/env node
// The one file that runs as it is, on any Node: it says when Node is too old before anything newer is loaded.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const floor = [20, 20, 2]

if (isOlder(process.versions.node.split('.').map(Number))) {
  console.error(
    [
      `✖ Node ${process.versions.node} is too old`,
      `  tried: to run orderledger, which needs Node ${floor.join('.')} or newer`,
      '  next:  install Node 22 or 24 (https://nodejs.org), then npm ci',
    ].join('\n'),
  )
  process.exitCode = 1
} else {
  const { main } = await load()
  process.exitCode = await main(process.argv.slice(2))
}

function isOlder(version) {
  const at = floor.findIndex((number, index) => version[index] !== number)
  return at >= 0 && version[at] < floor[at]
}

// A checkout that was built and not touched since runs what was built, and the image holds nothing else. Sources that
// were touched are compiled by tsx as they are loaded: slower, but never stale.
async function load() {
  const built = new URL('../dist/cli/main.js', import.meta.url)
  const checkout = existsSync(new URL('./main.ts', import.meta.url))
  if (checkout && process.argv.includes('start')) await (await import('./build-dashboard.js')).refreshDashboard()
  if (!checkout || (await import('./build.js')).isFresh()) return await import(built.href)
  const { register } = await import('tsx/esm/api')
  register({ tsconfig: fileURLToPath(new URL('../tsconfig.json', import.meta.url)) })
  return await import('./main.ts')
}
