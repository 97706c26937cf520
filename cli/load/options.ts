/** How the text of a command-line option becomes a number; commander says what is wrong and exits with 2. */
import { InvalidArgumentError } from 'commander'

export function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d{1,15}$/.test(text) && value >= from && value <= to) return value
    throw new InvalidArgumentError(`Use a whole number from ${from} to ${to}.`)
  }
}

export function positiveNumber(to: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d{1,9}(\.\d{1,9})?$/.test(text) && value > 0 && value <= to) return value
    throw new InvalidArgumentError(`Use a number above 0 and up to ${to}.`)
  }
}
