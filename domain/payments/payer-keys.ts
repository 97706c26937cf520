/** What ties a payment to others: pseudonyms of a card, a device, an address and a network, and where the card is from. */

/** Each a pseudonym of 16 hex digits. Null: not given. */
export const KEY_NAMES = ['card', 'device', 'address', 'network'] as const

export type KeyName = (typeof KEY_NAMES)[number]

export interface PayerKeys extends Readonly<Record<KeyName, string | null>> {
  /** Of the card: two letters, as they were sent. */
  readonly cardRegion: string | null
}

export const NO_KEYS: PayerKeys = { card: null, device: null, address: null, network: null, cardRegion: null }

/** The keys alone of whatever has them. */
export function payerKeysOf({ card, device, address, network, cardRegion }: PayerKeys): PayerKeys {
  return { card, device, address, network, cardRegion }
}

/** The first one's, and where it has none the other's. */
export function filledUp(own: PayerKeys, other: PayerKeys): PayerKeys {
  return {
    card: own.card ?? other.card,
    device: own.device ?? other.device,
    address: own.address ?? other.address,
    network: own.network ?? other.network,
    cardRegion: own.cardRegion ?? other.cardRegion,
  }
}
