/** Headers of every answer: constants, so that they cost next to nothing on the hot path. */

/** Answers are data: nothing in them may be run, framed, sniffed or shown on another site. */
export const SECURITY_HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
} as const

/** The pages of the documentation load their own scripts and styles, and nothing inline. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * The dashboard loads its own script, styles and icon, and asks this server alone. It makes no markup from text: where
 * browsers have Trusted Types they refuse whatever would (innerHTML, the address of a script). One policy may allow it,
 * for the frame without scripts in which a mail is shown (dashboard/mail/safe-mail.ts).
 */
export const DASHBOARD_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types mail',
].join('; ')
