/** The keys that come with an order or a payment in the clear, and leave this border as pseudonyms. */
import { Type } from 'typebox'
import type { PayerKeys } from '../domain/payments/payer-keys.ts'
import type { Checked } from './request.ts'
import { text } from './shape.ts'
import type { ShopSettings } from './shop-settings.ts'

const PSEUDONYM = 'Only a pseudonym of it is kept (docs/privacy.md).'

export const payerKeyShapes = {
  card: Type.Optional(text(1, 128, `The provider's name for the card, never its number. ${PSEUDONYM}`)),
  device: Type.Optional(text(1, 128, `The device that it comes from. ${PSEUDONYM}`)),
  address: Type.Optional(text(1, 128, `The address that it is for. ${PSEUDONYM}`)),
  network: Type.Optional(text(1, 128, `The network that it comes from. ${PSEUDONYM}`)),
  cardRegion: Type.Optional(
    Type.String({ pattern: '^[A-Za-z]{2}$', description: 'Country of the card, two letters.' }),
  ),
}

/** As they are sent; absent: not known. */
export type SentKeys = { readonly [Key in keyof PayerKeys]?: string }

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

/** A number of a card is refused wherever it comes, and told to nobody. */
export function withoutCardNumber<Wanted extends SentKeys>(wanted: Wanted): Checked<Wanted> {
  if (wanted.card === undefined || !isCardNumber(wanted.card)) return { wanted }
  return { code: 'card-number', faults: [{ pointer: ['', 'card'].join('/'), message: 'is the number of a card' }] }
}

export function payerKeys(sent: SentKeys, { pseudonym }: Pick<ShopSettings, 'pseudonym'>): PayerKeys {
  const hidden = (value: string | undefined) => (value === undefined ? null : pseudonym(value))
  return {
    card: hidden(sent.card),
    device: hidden(sent.device),
    address: hidden(sent.address),
    network: hidden(sent.network),
    cardRegion: sent.cardRegion ?? null,
  }
}

/** What was sent as it may be remembered: nobody who reads it learns a key by trying what it may have been. */
export function withPseudonyms<Sent extends SentKeys>(sent: Sent, shop: Pick<ShopSettings, 'pseudonym'>) {
  return { ...sent, ...payerKeys(sent, shop) }
}
