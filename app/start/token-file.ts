/**
 * The tokens of API_TOKENS_FILE, read again every 2 s and on SIGHUP: one that is gone lets nobody in from then on. A file
 * that cannot be read, or says something else, changes nothing and is reported; one that is empty lets nobody in.
 */
import type { Tokens } from '../../api/http/access.ts'
import type { Check } from '../../api/parts.ts'
import { SHORTEST_SECRET } from '../config/config.ts'
import { readText } from '../config/read-text.ts'
import { apiTokens } from '../config/values.ts'
import type { Log } from '../log.ts'
import { systemCode } from '../start-failure.ts'

const EVERY_MS = 2_000

export interface TokenFileParts {
  readonly path: string
  readonly tokens: Pick<Tokens, 'replace'>
  /** Whether none but this machine reaches the port: then a secret may be short. */
  readonly loopback: boolean
  readonly log: Log
  readonly monotonic: () => number
}

export class TokenFile {
  readonly #parts: TokenFileParts
  #text: string
  #failure: string | null = null
  #at: number
  #timer: NodeJS.Timeout | null = null
  readonly #look = (): void => this.look()

  constructor(parts: TokenFileParts) {
    this.#parts = parts
    this.#at = parts.monotonic()
    // As the configuration has read it a moment ago.
    this.#text = readText(parts.path).trim()
  }

  start(): void {
    this.#timer = setInterval(this.#look, EVERY_MS)
    process.on('SIGHUP', this.#look)
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    process.off('SIGHUP', this.#look)
  }

  /** None while the file is as it should be. */
  checks(): readonly Check[] {
    if (this.#failure === null) return []
    const ageSeconds = Math.round(this.#parts.monotonic() - this.#at) / 1_000
    return [{ name: 'api-tokens', ok: false, ageSeconds, detail: this.#failure }]
  }

  look(): void {
    const { path, tokens, log, monotonic } = this.#parts
    const before = this.#failure
    this.#at = monotonic()
    try {
      const text = readText(path).trim()
      this.#failure = null
      if (text === this.#text) return
      const read = text === '' ? { value: [] } : apiTokens(text)
      if ('wrong' in read) this.#failure = `API_TOKENS_FILE ${read.wrong}; the earlier tokens stay valid`
      else if (this.#isShort(read.value))
        this.#failure = 'a secret in API_TOKENS_FILE is too short; the earlier tokens stay valid'
      else {
        this.#text = text
        tokens.replace(read.value)
        log.info({ tokens: read.value.length }, 'the API tokens were read again')
      }
    } catch (error) {
      const reason = systemCode(error) || (error instanceof Error ? error.message : String(error))
      this.#failure = `API_TOKENS_FILE cannot be read (${reason}); the earlier tokens stay valid`
    }
    if (this.#failure !== null && this.#failure !== before) log.warn(this.#failure)
  }

  #isShort(tokens: readonly { readonly secret: string }[]): boolean {
    return !this.#parts.loopback && tokens.some(({ secret }) => secret.length < SHORTEST_SECRET)
  }
}
