/** E-mail addresses that name one mailbox, whatever reads them. */

const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\-]+"
const LABEL = '[\\p{L}\\p{M}\\p{N}]([\\p{L}\\p{M}\\p{N}\\-]*[\\p{L}\\p{M}\\p{N}])?'

/**
 * One local part of atoms and a domain, for the flag `u`. Commas, quotes, brackets, semicolons and blanks are refused: a
 * mail program may read two addresses where they stand, or another one.
 */
export const ADDRESS_PATTERN = `^(?=.{1,64}@)${ATOM}(\\.${ATOM})*@${LABEL}(\\.${LABEL})*$`
/** Of a whole address, as SMTP allows it; the local part may have 64 of them. */
export const ADDRESS_MOST = 254

const pattern = new RegExp(ADDRESS_PATTERN, 'u')

export function isAddress(text: string): boolean {
  return text.length <= ADDRESS_MOST && pattern.test(text)
}
