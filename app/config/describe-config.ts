/** What the configuration is and where each value comes from, fit to be shown: secrets are hidden. */
import { sourceOf } from './config.ts'
import type { Env } from './config.ts'
import { SIMULATOR } from '../gateway/simulator-name.ts'
import { hasSecretBehindHost } from './values.ts'
import { allVariables } from './variables.ts'

export interface DescribedVariable {
  readonly variable: string
  readonly value: string
  /** `default`, `environment`, `.env`, or the file that held the secret. */
  readonly origin: string
}

/** One line for each variable; the test hooks only when they are set. `dotEnv`: the names that came from the .env file. */
export function describeConfig(env: Env, dotEnv: ReadonlySet<string>): readonly DescribedVariable[] {
  return allVariables.flatMap((variable) => {
    const source = sourceOf(env, variable)
    if (source.origin === 'default') {
      if (variable.kind === 'hook') return []
      return [{ variable: variable.name, value: variable.fallbackText, origin: 'default' }]
    }
    const origin = dotEnv.has(source.name) ? '.env' : 'environment'
    if (source.origin === 'environment') {
      const value = variable.kind === 'secret' ? hideSecret(source.text) : source.text
      return [{ variable: variable.name, value, origin }]
    }
    if ('wrong' in source)
      return [{ variable: variable.name, value: source.wrong, origin: `${origin} (${source.name})` }]
    return [{ variable: variable.name, value: hideSecret(source.text), origin: `file ${source.path}` }]
  })
}

/** A URL keeps all but its password, a word that stands for one is shown; any other secret is hidden whole. */
export function hideSecret(text: string): string {
  if (text === SIMULATOR) return text
  if (!URL.canParse(text) || !/^(postgres(ql)?|https?|smtps?):/.test(text)) return '[hidden]'
  return hidePassword(text)
}

/** The URL with `***` for its password, wherever it stands: for messages and logs. */
export function hidePassword(text: string): string {
  const url = new URL(text)
  if (hasSecretBehindHost(url)) return `${url.protocol}//***`
  if (url.password !== '') url.password = '***'
  for (const name of [...url.searchParams.keys()]) if (/pass(word)?$/i.test(name)) url.searchParams.set(name, '***')
  return url.href
}
