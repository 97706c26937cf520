/** Where what is downloaded is kept, for every checkout of this user. */
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Env } from '../app/config/config.ts'

export function cacheDirectory(env: Env): string {
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'orderledger')
}
