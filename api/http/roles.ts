/** Roles of tokens. Without imports: anyone who reads the configuration needs them, and nothing else of the API. */

/** Each role includes those before it. */
export const ROLES = ['read', 'order', 'operate', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** Apart from them: it sends user events and does nothing else, so that a public page may have its token. */
export const COLLECT = 'collect'
export type TokenRole = Role | typeof COLLECT
export const TOKEN_ROLES: readonly TokenRole[] = [...ROLES, COLLECT]

export interface ApiToken {
  readonly name: string
  readonly role: TokenRole
  readonly secret: string
}
