/** What the page says, in the first of the browser's languages that it speaks. */
import { TABLE, type TextKey } from './table.ts'

export type Language = 'en' | 'fr'

export type Values = Readonly<Record<string, string | number>>

/** Of the whole page: its words, its numbers and its times. */
export const language = languageOf(browserLanguages())

/** By which numbers and times are written. */
export const LOCALE = { en: 'en-GB', fr: 'fr-FR' }[language]

const numbers = new Intl.NumberFormat(LOCALE)
const plural = new Intl.PluralRules(LOCALE)

export function t(key: TextKey, values: Values = {}): string {
  return fill(TABLE[key], values, language)
}

/** The word for a code of the service, such as `status` `placed`; null: the table has none. */
export function wordFor(
  kind: 'status' | 'event' | 'reason' | 'method' | 'template' | 'group' | 'rule',
  code: string,
  values: Values = {},
): string | null {
  const key = `words.${kind}.${code}`
  return isKey(key) ? t(key, values) : null
}

/** The first of these that the dashboard speaks, else English. Tags that no browser should have (`fr_FR@posix`) count too. */
export function languageOf(tags: readonly string[]): Language {
  for (const tag of tags) {
    const primary = /^[a-z]+/i.exec(tag)?.[0].toLowerCase()
    if (primary === 'en' || primary === 'fr') return primary
  }
  return 'en'
}

export function fill([en, fr]: readonly [string, string], values: Values, into: Language): string {
  const [one = '', other = one] = { en, fr }[into].split(' | ')
  const { n } = values
  const form = typeof n === 'number' && plural.select(n) !== 'one' ? other : one
  return form.replaceAll(/\{(\w+)\}/g, (hole, name: string) => {
    const value = values[name]
    if (value === undefined) return hole
    return typeof value === 'number' ? numbers.format(value) : value
  })
}

function isKey(key: string): key is TextKey {
  return Object.hasOwn(TABLE, key)
}

/** None where there is no browser, as in specs. */
function browserLanguages(): readonly string[] {
  return typeof document === 'undefined' ? [] : navigator.languages
}
