/**
 * Texts of a gateway, made fit for events, which are kept and published: no e-mail address, no card number, no control
 * character, and bounded. A name in a sentence cannot be found: docs/payments.md asks bridges for codes, not sentences.
 */
import { createHash } from 'node:crypto'

/** Characters of a reason that are kept. */
export const MOST_OF_A_REASON = 100
/** Characters of a reference that are kept as they came. */
export const MOST_OF_A_REFERENCE = 100

const HIDDEN = '[hidden]'
/** Of the hash at the end of a reference that could not be kept as it came. */
const HASH_CHARACTERS = 16

/**
 * Words about what happened. Hidden: words with an @, numbers of 7 digits or more (cards, phones, accounts, whatever
 * separates their groups) and IBANs. Null where nothing is left.
 */
export function cleanReason(text: string): string | null {
  const words = plain(text)
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .split(' ')
  const hidden = words
    .map((word) => (word.includes('@') ? HIDDEN : word))
    .join(' ')
    .replaceAll(/\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?\b/gi, HIDDEN)
    .replaceAll(/\+?\p{Nd}(?:[ ().\/-]{0,2}\p{Nd}){6,}/gu, HIDDEN)
    .trim()
  const kept = [...hidden].slice(0, MOST_OF_A_REASON).join('').trim()
  return kept === '' ? null : kept
}

/**
 * What names a capture or a refund at the gateway, needed again as it came: so one of 1 to 100 printable ASCII characters
 * without @, space and card number is kept as it is. In any other what is hidden or foreign is replaced, and a hash of the
 * rest keeps two of them apart; with such a one a bridge has to find the charge by its attempt. Null for an empty one.
 */
export function cleanReference(text: string): string | null {
  if (text.trim() === '') return null
  const hidden = hideCards(
    plain(text)
      .split(/\s+/)
      .map((word) => (word.includes('@') ? HIDDEN : word))
      .join('_'),
  )
  const kept = hidden.replaceAll(/[^\x21-\x7e]/gu, '_')
  if (kept === text && kept.length <= MOST_OF_A_REFERENCE) return kept
  const hash = createHash('sha256').update(hidden).digest('hex').slice(0, HASH_CHARACTERS)
  return `${kept.slice(0, MOST_OF_A_REFERENCE - HASH_CHARACTERS - 1)}~${hash}`
}

/** Digits of other scripts and of other widths count as digits, and what is invisible does not part them. */
function plain(text: string): string {
  return text.normalize('NFKC').replaceAll(/[\p{Cf}\p{Cs}]/gu, '')
}

/** Numbers of 13 to 19 digits that begin as cards do and have their check digit; other long numbers are references. */
function hideCards(text: string): string {
  return text.replaceAll(/\d(?:[_.-]?\d){12,}/g, (run) => {
    const digits = run.replaceAll(/\D/g, '')
    return isCard(digits) ? HIDDEN : run
  })
}

function isCard(digits: string): boolean {
  if (!/^(?:2[2-7]|[3-6])\d{11,17}$/.test(digits)) return false
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0
}
