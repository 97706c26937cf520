/** From what happened to what a customer reads: subject, text, HTML and text message, in their language. */
import type { Timestamp } from '../../domain/values.ts'
import type { Money } from '../../schemas/events.ts'
import { formatIn, type Format } from './format.ts'
import { fill, readLayout, readTemplate, type Block, type TemplateFile } from './template-file.ts'

/** What was ordered, as events have it: of an unknown product the sku alone. */
export interface Line {
  readonly sku: string
  readonly name?: string | null
  readonly quantity: number
  /** Of one unit. */
  readonly unitPrice?: Money | null
}

interface OrderValues {
  /** Of the customer. */
  readonly name: string
  readonly orderId: string
}

interface OrderedValues extends OrderValues {
  readonly placedAt: Timestamp
  readonly total: Money
  readonly lines: readonly Line[]
}

interface PaymentValues extends OrderValues {
  readonly amount: Money
}

interface DeliveryValues extends OrderValues {
  /** Null: not known. */
  readonly lines: readonly Line[] | null
}

/** The values that each template takes, as events have them. */
export interface TemplateValues {
  readonly 'order-confirmed': OrderedValues
  readonly 'payment-held': PaymentValues
  readonly 'payment-declined': PaymentValues
  readonly 'order-cancelled': OrderedValues
  readonly 'order-expired': OrderedValues
  readonly 'out-of-stock': OrderValues & { readonly lines: readonly Line[] }
  readonly 'order-dispatched': DeliveryValues
  readonly 'order-delivered': DeliveryValues
  readonly 'payment-refunded': PaymentValues
  readonly 'restock-advised': {
    readonly sku: string
    readonly refusedOrders: number
    readonly refusedUnits: number
    readonly from: Timestamp
    readonly to: Timestamp
  }
  readonly 'stock-fell-below': {
    readonly from: Timestamp
    readonly to: Timestamp
    /** The first of them by name, for the subject. */
    readonly products: string
    readonly count: number
    /** As many as `lines` has. */
    readonly named: number
    /** By product what is available. */
    readonly lines: readonly Line[]
  }
  readonly 'reactor-stuck': {
    readonly reactor: string
    /** In a word or two, in whole, and what helps. */
    readonly what: string
    readonly saw: string
    readonly fix: string
    readonly seen: Timestamp
  }
}

export type TemplateName = keyof TemplateValues

export const templateNames = [
  ...['order-confirmed', 'payment-held', 'payment-declined', 'order-cancelled', 'order-expired', 'out-of-stock'],
  ...['order-dispatched', 'order-delivered', 'payment-refunded', 'restock-advised'],
  ...['stock-fell-below', 'reactor-stuck'],
] as readonly TemplateName[]

export const languages = ['en', 'fr'] as const
export type Language = (typeof languages)[number]

export interface Rendered {
  readonly subject: string
  readonly text: string
  readonly html: string
  /** Null: customers get no text message of this. */
  readonly sms: string | null
}

/** `language`: a BCP 47 tag; one that has no templates falls back to English. */
export function render<Name extends TemplateName>(
  name: Name,
  language: string,
  values: TemplateValues[Name],
): Rendered {
  const locale = localeOf(language)
  const file = templateOf(name, locale.language)
  const format = formatIn(locale.tag)
  const found = textsOf(values, format)
  const plain = (placeholder: string) => {
    const value = found.get(placeholder)
    if (value === undefined) throw new Error(`the template ${name} has no value for {{${placeholder}}}`)
    return value
  }
  const subject = fill(file.subject, plain)
  const lines = 'lines' in values && values.lines !== null ? values.lines.map((line) => rowOf(line, format)) : null
  const blocks = file.blocks.filter(({ kind }) => kind !== 'lines' || lines !== null)
  const html = (text: string) => fill(escape(text), (placeholder) => escape(plain(placeholder)))
  const content = blocks.map((block) => `      ${htmlOf(block, lines ?? [], html)}`).join('\n')
  const page: Readonly<Record<string, string>> = { language: locale.language, subject: escape(subject), content }
  return {
    subject,
    text: `${blocks.map((block) => textOf(block, lines ?? [], (text) => fill(text, plain))).join('\n\n')}\n`,
    html: fill((layout ??= readLayout()), (placeholder) => page[placeholder] ?? ''),
    sms: file.sms === null ? null : plainBlanks(fill(file.sms, plain)),
  }
}

let layout: string | null = null
const files = new Map<string, TemplateFile>()

function templateOf(name: TemplateName, language: Language): TemplateFile {
  const key = `${name}.${language}`
  const known = files.get(key)
  if (known !== undefined) return known
  const file = readTemplate(name, language)
  files.set(key, file)
  return file
}

/** The language of the texts, and the tag by which amounts and dates are written (fr-CA has its own). */
function localeOf(language: string): { readonly language: Language; readonly tag: string } {
  const base = language.toLowerCase().split('-')[0]
  const found = languages.find((each) => each === base)
  if (found === undefined) return { language: 'en', tag: 'en' }
  try {
    return { language: found, tag: new Intl.Locale(language).baseName }
  } catch {
    return { language: found, tag: found }
  }
}

const MOMENTS = new Set(['from', 'to', 'seen'])

function textsOf(values: object, format: Format): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(values).flatMap(([key, value]: [string, unknown]) => {
      if (typeof value === 'string') return [[key, oneLine(value)] as const]
      if (isMoney(value)) return [[key, format.money(value)] as const]
      if (typeof value !== 'number') return []
      const text = MOMENTS.has(key) ? format.time(value) : key.endsWith('At') ? format.date(value) : format.count(value)
      return [[key, text] as const]
    }),
  )
}

function isMoney(value: unknown): value is Money {
  return typeof value === 'object' && value !== null && 'amount' in value && 'currency' in value
}

interface Row {
  readonly what: string
  /** Null: not known. */
  readonly price: string | null
}

function rowOf({ sku, name, quantity, unitPrice }: Line, format: Format): Row {
  const price = unitPrice ?? null
  return {
    what: `${format.count(quantity)} × ${oneLine(name ?? sku)}`,
    price: price === null ? null : format.money({ ...price, amount: price.amount * quantity }),
  }
}

function textOf(block: Block, rows: readonly Row[], filled: (text: string) => string): string {
  switch (block.kind) {
    case 'heading':
      return filled(block.text)
    case 'paragraph':
      return block.lines.map(filled).join('\n')
    case 'lines':
      return [
        ...rows.map(({ what, price }) => `- ${what}${price === null ? '' : `: ${price}`}`),
        ...block.sums.map(filled),
      ].join('\n')
  }
}

function htmlOf(block: Block, rows: readonly Row[], filled: (text: string) => string): string {
  switch (block.kind) {
    case 'heading':
      return `<h1>${filled(block.text)}</h1>`
    case 'paragraph':
      return `<p>${block.lines.map(filled).join('<br />')}</p>`
    case 'lines': {
      const items = rows.map(({ what, price }) => itemOf('<li>', escape(what), price === null ? null : escape(price)))
      // What a sum ends with stands below the prices.
      const sums = block.sums.map((sum) => {
        const [, label = sum, value = null] = /^(.*) (\{\{\w+\}\})$/.exec(sum) ?? []
        return itemOf('<li class="sum">', filled(label), value === null ? null : filled(value))
      })
      return `<ul>${[...items, ...sums].join('')}</ul>`
    }
  }
}

function itemOf(tag: string, what: string, price: string | null): string {
  return `${tag}${what}${price === null ? '' : ` <span class="price">${price}</span>`}</li>`
}

/** Without what would begin another line or header, or turn the direction of what follows. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim()
}

/** Blanks of one width: the others would make a text message of 160 characters one of 70. */
function plainBlanks(text: string): string {
  return text.replaceAll(/[\u00a0\u202f]/g, ' ')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}
