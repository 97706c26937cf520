import { describe, expect, test } from 'vitest'
import { parseSmtpUrl } from './smtp-url.ts'

const parsed = (text: string, secure = true) => parseSmtpUrl(text, { secure })

describe('SMTP_URL', () => {
  test('names host, port, user and limits', () => {
    expect(parsed('smtps://shop%40example.com:pa%3Ass@mail.example.com?connections=2&rate=14')).toEqual({
      host: 'mail.example.com',
      port: 465,
      tls: 'implicit',
      login: { user: 'shop@example.com', password: 'pa:ss' },
      connections: 2,
      rate: 14,
    })
    expect(parsed('smtp://[::1]:1025/')).toEqual({
      host: '::1',
      port: 1025,
      tls: 'offered',
      login: null,
      connections: 5,
      rate: null,
    })
  })

  test.each([
    ['smtp://mail.example.com', true, 'required'],
    ['smtp://mail.example.com', false, 'offered'],
    ['smtp://127.0.0.1', true, 'offered'],
    ['smtp://localhost', true, 'offered'],
    ['smtp://127.evil.example', true, 'required'],
    ['smtps://127.0.0.1', false, 'implicit'],
  ])('%s, where encryption is a must: %s, has TLS %s', (text, secure, tls) => {
    expect(parsed(text, secure)).toMatchObject({ tls })
  })

  test.each([
    'mail.example.com',
    'https://mail.example.com',
    'smtp://',
    'smtp://mail.example.com/inbox',
    'smtp://mail.example.com#x',
    'smtp://mail.example.com?pool=true',
    'smtp://mail.example.com?rate=0',
    'smtp://mail.example.com?connections=51',
    'smtp://shop:pa%55w%ord@mail.example.com',
    'smtp://shop@mail.example.com',
  ])('%s is refused, without its text', (text) => {
    const { wrong = '' } = parsed(text) as { readonly wrong?: string }
    expect(wrong).not.toBe('')
    expect(wrong).not.toContain('shop')
  })
})
