/**
 * What stands for cards, devices, addresses and networks in everything that is kept: the same value gives the same
 * pseudonym under one secret, and nobody without the secret gets from one to the other. A new secret knows nothing of before.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Check } from '../api/parts.ts'
import type { Config } from './config/config.ts'
import { readText } from './config/read-text.ts'
import { writeSecret } from './postgres/password-file.ts'
import { writeFailure } from './start-failure.ts'

const FILE = 'pseudonym-secret'
/** Of an HMAC: two of 10,000,000 values are the same with a probability of 3 in 1,000,000. */
const BYTES = 8

export interface Pseudonyms {
  /** 16 hex digits for a value without the blanks around it; null, and counted as dropped, where there is no secret. */
  readonly of: (value: string) => string | null
  /** Values that were dropped since the start. */
  readonly dropped: () => number
}

/** Null: no secret. */
export function pseudonyms(secret: string | null): Pseudonyms {
  let dropped = 0
  return {
    of(value) {
      const trimmed = value.trim()
      if (trimmed === '') return null
      if (secret !== null) {
        return createHmac('sha256', secret).update(trimmed).digest().subarray(0, BYTES).toString('hex')
      }
      dropped += 1
      return null
    },
    dropped: () => dropped,
  }
}

/**
 * The secret of the configuration; with the embedded database and none, one that is drawn once into the data directory,
 * readable by its owner alone. Null: the database is shared, and a secret of this machine alone would be none. Throws a
 * StartFailure.
 */
export function pseudonymSecret({
  pseudonymSecret: given,
  databaseUrl,
  dataDir,
}: Pick<Config, 'pseudonymSecret' | 'databaseUrl' | 'dataDir'>): string | null {
  if (given !== null || databaseUrl !== null) return given
  const file = join(dataDir, FILE)
  try {
    if (existsSync(file)) return readText(file).trim()
    return writeSecret(file, randomBytes(32).toString('base64url'))
  } catch (error) {
    throw writeFailure(error, `to read or create ${file}`, dataDir)
  }
}

export const NO_SECRET =
  'PSEUDONYM_SECRET is not set: card, device, address and network of orders and payments are dropped'
export const SECRET_FIX = 'set PSEUDONYM_SECRET to what `openssl rand -hex 32` prints, the same in every process'

/** None where there is a secret. */
export function pseudonymChecks(
  { pseudonymSecret: secret, databaseUrl }: Config,
  { dropped }: Pseudonyms,
): readonly Check[] {
  if (secret !== null || databaseUrl === null) return []
  return [{ name: 'pseudonyms', ok: false, ageSeconds: 0, detail: `${NO_SECRET} (${String(dropped())} so far)` }]
}
