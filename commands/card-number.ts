/** What looks like the number of a card is taken nowhere. */

/** 12 to 19 digits that pass Luhn's check; blanks and dashes between them do not count. */
export function isCardNumber(card: string): boolean {
  const digits = card.replaceAll(/[\s-]/g, '')
  if (!/^\d{12,19}$/.test(digits)) return false
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0
}
