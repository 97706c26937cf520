import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { formatIn } from './format.ts'
import { languages, render, templateNames, type TemplateName } from './render.ts'
import { samples } from '../../cli/output/mail-samples.ts'
import { parseTemplate } from './template-file.ts'

const all = templateNames.flatMap((name) => languages.map((language) => [name, language] as const))

/** GSM 03.38: what fits 160 characters of 7 bits; those of the second line count twice. */
const GSM = /^[@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€]*$/u
const gsmLength = (text: string) => text.length + [...text.matchAll(/[\^{}\\[~\]|€]/g)].length

describe.each(all)('%s in %s', (name, language) => {
  const { subject, text, html, sms } = render(name, language, samples[name])

  test('has every placeholder filled, as text and as HTML', () => {
    for (const each of [subject, text, html, sms ?? '']) {
      expect(each).not.toMatch(/\{\{|\}\}|undefined|null|NaN|\[object/)
    }
    expect(html).toContain(`<html lang="${language}">`)
    expect(subject).not.toContain('\n')
  })

  test('is read without anything from elsewhere', () => {
    expect(html).not.toMatch(/\b(src|href|url\()|@import|<script|<img|<table/i)
  })

  test('says in the text what it says in the HTML', () => {
    const words = (content: string) => content.match(/[\p{L}\p{N}]+/gu)?.toSorted()
    const body = /<main>([^]*)<\/main>/.exec(html)?.[1] ?? ''
    expect(words(body.replaceAll(/<[^>]*>/g, ' ').replaceAll('&#39;', "'"))).toEqual(words(text))
  })

  test('is one text message, with the longest id and amount', () => {
    if (['restock-advised', 'stock-fell-below', 'reactor-stuck'].includes(name)) return expect(sms).toBeNull()
    const longest = { orderId: 'o'.repeat(64), amount: { amount: 123_456_789, currency: 'EUR' } }
    const message = render(name, language, { ...samples[name], ...longest } as never).sms ?? ''
    expect(message).toMatch(GSM)
    expect(gsmLength(message)).toBeLessThanOrEqual(160)
    expect(message).toContain('o'.repeat(64))
  })
})

test('each template is there in each language, and nothing else', () => {
  const files = readdirSync(new URL('templates', import.meta.url)).toSorted()
  expect(files).toEqual([...all.map(([name, language]) => `${name}.${language}.txt`), 'layout.html'].toSorted())
})

describe('the language of a customer', () => {
  const subjectIn = (language: string) => render('order-delivered', language, samples['order-delivered']).subject

  test('decides, whatever its region', () => {
    for (const language of ['fr', 'FR', 'fr-CA', 'fr-Latn-FR']) expect(subjectIn(language)).toMatch(/^Votre commande/)
  })

  test('falls back to English', () => {
    for (const language of ['en', 'en-GB', 'de', 'frr', '', 'not a tag']) expect(subjectIn(language)).toMatch(/^Your/)
  })

  test('that is no tag at its end keeps its texts', () => {
    expect(subjectIn('fr-x')).toMatch(/^Votre commande/)
  })

  test('writes amounts and dates', () => {
    const textIn = (language: string) => render('order-confirmed', language, samples['order-confirmed']).text
    expect(textIn('en')).toContain('€42.90')
    expect(textIn('en')).toContain('November 27, 2026')
    expect(textIn('en-GB')).toContain('27 November 2026')
    expect(textIn('fr')).toContain('42,90\u00a0€')
    expect(textIn('fr')).toContain('27 novembre 2026')
  })
})

describe('an amount', () => {
  test.each([
    ['en', 1_999, 'EUR', '€19.99'],
    ['en', 5, 'EUR', '€0.05'],
    ['en', 0, 'EUR', '€0.00'],
    ['en', 1_999, 'JPY', '¥1,999'],
    ['en', 1_999, 'HUF', 'HUF\u00a019.99'],
    ['en', 1_999, 'KWD', 'KWD\u00a01.999'],
    ['en', -1_999, 'EUR', '-€19.99'],
    ['en', Number.MAX_SAFE_INTEGER, 'EUR', '€90,071,992,547,409.91'],
    ['fr', 123_456_789, 'EUR', '1\u202f234\u202f567,89\u00a0€'],
  ])('in %s: %i of %s is %s', (language, amount, currency, text) => {
    expect(formatIn(language).money({ amount, currency })).toBe(text)
  })
})

describe('a value', () => {
  const hostile = {
    ...samples['order-confirmed'],
    name: '<img src=x onerror=alert(1)> & "Ada"\r\nBcc: victim@example.com',
    lines: [
      { sku: 's1', name: "{{total}} <b>cup</b> d'or", quantity: 1, unitPrice: { amount: 1, currency: 'EUR' } },
      { sku: 's<2>', name: null, quantity: 3, unitPrice: null },
    ],
  }
  const { text, html } = render('order-confirmed', 'en', hostile)

  test('is escaped in HTML, and never a part of the page', () => {
    expect(html).not.toMatch(/<img|<b>/)
    expect(html).toContain('Hello &lt;img src=x onerror=alert(1)&gt; &amp; &quot;Ada&quot; Bcc: victim@example.com,')
    expect(html).toContain('<li>3 × s&lt;2&gt;</li>')
  })

  test('is neither a template nor a new line', () => {
    expect(text).toContain("- 1 × {{total}} <b>cup</b> d'or: €0.01")
    expect(text).toContain('Hello <img src=x onerror=alert(1)> & "Ada" Bcc: victim@example.com,')
  })

  test('in a subject has no line ends and no turns of direction', () => {
    const values = { ...samples['restock-advised'], sku: 'a\r\nBcc: b\u202e\u2066c\u0000d' }
    expect(render('restock-advised', 'en', values).subject).toBe('Restock a Bcc: b c d (refused orders: 11)')
  })
})

test('lines that are not known are left out', () => {
  const { text, html } = render('order-dispatched', 'en', { ...samples['order-dispatched'], lines: null })
  expect(text).not.toContain('- ')
  expect(html).not.toContain('<ul>')
})

describe('a template', () => {
  test('without a value for a placeholder fails by its name', () => {
    const { orderId, ...without } = samples['payment-refunded']
    expect(orderId).not.toBe('')
    expect(() => render('payment-refunded', 'en', without as never)).toThrow('{{orderId}}')
    expect(() => render('unknown' as TemplateName, 'en', without as never)).toThrow('ENOENT')
  })

  test.each([
    ['no subject', 'sms: a\n\nb', 'no subject'],
    ['an unknown header', 'subject: a\ncc: b\n\nc', 'cc: b'],
    ['one brace', 'subject: a\n\nHello {name}', '{'],
    ['blanks in a placeholder', 'subject: a\n\nHello {{ name }}', '{{ '],
  ])('with %s is refused', (_, source, message) => {
    expect(() => parseTemplate(source)).toThrow(message)
  })
})
