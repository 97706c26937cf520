/** Whole hours, as the address of a page has them. */
export interface Period {
  /** RFC 3339; null: without that bound. */
  readonly from: string | null
  /** The first hour that is not in it. */
  readonly to: string | null
}
