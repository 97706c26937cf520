import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { signWebhook, verifyWebhook, type SignatureVerdict } from './webhook-signature.ts'

const SECRET = '0123456789abcdef0123456789abcdef'
const OLD_SECRET = 'fedcba9876543210fedcba9876543210'
const AT = 1_760_000_000
const body = Buffer.from('{"key":"order-1/1","status":"captured","reference":"ch_123"}')

function verdict(
  header: string | readonly string[] | undefined,
  other: { readonly body?: Uint8Array; readonly secrets?: readonly string[]; readonly now?: number } = {},
): SignatureVerdict {
  return verifyWebhook({ header, body, secrets: [SECRET], now: AT * 1_000, ...other })
}

const signed = signWebhook(body, { secrets: [SECRET], at: AT })
const mac = signed.split('v1=')[1] ?? ''

test('the example of docs/payments.md is signed so', () => {
  const page = readFileSync(new URL('../../docs/payments.md', import.meta.url), 'utf8')
  expect(page).toContain(`OrderLedger-Signature: ${signed}\n\n${body.toString()}\n`)
  expect(page).toContain(`${AT}.${body.toString()}`)
  expect(page).toContain(`-hmac ${SECRET}`)
})

describe('a webhook', () => {
  test('that was signed with the secret is valid', () => {
    expect(verdict(signed)).toBe('valid')
    expect(verdict(signWebhook(body, { secrets: [SECRET], at: AT + 0.9 }))).toBe('valid')
  })

  test('of either secret is valid while one replaces the other, on either side', () => {
    const secrets = [SECRET, OLD_SECRET]
    expect(verdict(signWebhook(body, { secrets: [OLD_SECRET], at: AT }), { secrets })).toBe('valid')
    expect(verdict(signed, { secrets })).toBe('valid')
    expect(verdict(signWebhook(body, { secrets: [OLD_SECRET, SECRET], at: AT }))).toBe('valid')
    expect(verdict(signed, { secrets: [OLD_SECRET] })).toBe('forged')
    expect(verdict(signed, { secrets: [] })).toBe('forged')
  })

  test.each([
    [0, 'valid'],
    [300_000, 'valid'],
    [300_001, 'old'],
    [-300_000, 'valid'],
    [-300_001, 'ahead'],
    [86_400_000, 'old'],
  ] as const)('of %i ms ago is %s', (age, expected) => {
    expect(verdict(signed, { now: AT * 1_000 + age })).toBe(expected)
  })

  test('whose body, time or signature was changed is forged', () => {
    expect(verdict(signed, { body: Buffer.from(body.toString().replace('captured', 'declined')) })).toBe('forged')
    // The same JSON, written again.
    expect(verdict(signed, { body: Buffer.from(JSON.stringify(JSON.parse(body.toString()), null, 1)) })).toBe('forged')
    expect(verdict(signed, { body: Buffer.alloc(0) })).toBe('forged')
    expect(verdict(`t=${AT + 1},v1=${mac}`)).toBe('forged')
    // Read as the same number, and another text than the one that was signed.
    expect(verdict(`t=0${AT},v1=${mac}`)).toBe('forged')
    expect(verdict(`t=${AT},v1=${'0'.repeat(64)}`)).toBe('forged')
    // What is forged is not called old, which would say that the rest of it was right.
    expect(verdict(`t=1,v1=${mac}`)).toBe('forged')
  })

  test('has its parts in any order, with spaces, with those of later versions, and in capitals', () => {
    expect(verdict(`v1=${mac}, t=${AT}`)).toBe('valid')
    expect(verdict(` t=${AT} , v0=abc , v2=def , v1=${mac.toUpperCase()} `)).toBe('valid')
    expect(verdict(`t=${AT},v1=${'0'.repeat(64)},v1=${mac}`)).toBe('valid')
  })

  test.each([undefined, '', '  ', []])('with the header %j is unsigned', (header) => {
    expect(verdict(header)).toBe('unsigned')
  })

  test.each([
    'garbage',
    mac,
    `t=${AT}`,
    `v1=${mac}`,
    `t=,v1=${mac}`,
    `t=now,v1=${mac}`,
    `t=-1,v1=${mac}`,
    `t=1e9,v1=${mac}`,
    `t=9999999999999,v1=${mac}`,
    `t=${AT},v1=`,
    `t=${AT},v1=${mac.slice(1)}`,
    `t=${AT},v1=${mac}00`,
    `t=${AT},v1=${'z'.repeat(64)}`,
    `t=${AT};v1=${mac}`,
    `t=${AT},t=${AT},v1=${mac}`,
    `${signed},${`v0=${'x'.repeat(2_048)}`}`,
  ])('with the header %s is malformed', (header) => {
    expect(verdict(header)).toBe('malformed')
  })

  test('with two headers is malformed, however they are handed over', () => {
    const later = signWebhook(body, { secrets: [SECRET], at: AT + 60 })
    expect(verdict([signed, later])).toBe('malformed')
    expect(verdict(`${signed}, ${later}`)).toBe('malformed')
    expect(verdict([signed, signed])).toBe('malformed')
  })
})
