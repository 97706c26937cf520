/** The release, as package.json says it. */
import { readFileSync } from 'node:fs'

export function packageVersion(): string {
  const parsed: unknown = JSON.parse(readFileSync(packageFile(), 'utf8'))
  return typeof parsed === 'object' && parsed !== null && 'version' in parsed ? String(parsed.version) : 'unknown'
}

// One folder up from cli/, and two from dist/cli/.
function packageFile(): URL {
  return new URL(import.meta.url.includes('/dist/cli/') ? '../../package.json' : '../package.json', import.meta.url)
}
