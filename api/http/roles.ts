/** Roles of tokens. Without imports: whoever reads the configuration needs them, and nothing else of the API. */

/** Each role includes those before it. */
export const ROLES = ['read', 'order', 'operate', 'admin'] as const
export type Role = (typeof ROLES)[number]

export interface ApiToken {
  readonly name: string
  readonly role: Role
  readonly secret: string
}
