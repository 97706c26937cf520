/** Text that people write: `.env`, and the files that `*_FILE` names. */
import { readFileSync } from 'node:fs'

/**
 * The text of a file in UTF-8, without byte order marks where it, or a file joined to it, begins. Throws the system's
 * error, or says which encoding it takes: half of a text read in another one would be taken for the whole.
 */
export function readText(path: string): string {
  const bytes = readFileSync(path)
  if (bytes.includes(0)) throw new TypeError('it is not in UTF-8 (UTF-16, as it seems); save it as UTF-8')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/^\ufeff+/gm, '')
  } catch (cause) {
    throw new TypeError('it is not in UTF-8; save it as UTF-8', { cause })
  }
}
