/** What the shop itself adds to what is wanted. One object of a process, handed to every door. */
export interface ShopSettings {
  /** Of all prices; ISO 4217. */
  readonly currency: string
  /** How long the units of an order are kept for it; 0 = no limit. */
  readonly reservationMinutes: number
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** For what the client does not name. */
  readonly newId: () => string
  /** What stands for a card, a device, an address or a network: 16 hex digits; null where there is no secret to make it with. */
  readonly pseudonym: (value: string) => string | null
}
