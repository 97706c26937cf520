/** Where what is downloaded is kept, for every checkout of this user. */
import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Env } from '../app/config/config.ts'

export function cacheDirectory(env: Env): string {
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'orderledger')
}

/** The folder for just these things: others of the same name have another fingerprint. */
export function cacheFolder(cacheDir: string, name: string, things: readonly string[]): string {
  const fingerprint = createHash('sha256').update(things.join('\n')).digest('hex').slice(0, 12)
  return join(cacheDir, `${name}-${fingerprint}`)
}
