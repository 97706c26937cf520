/** A page of a shop that tells what its visitors do (user-events.ts): to be looked at, and copied from. */
import { userEvents } from './user-events.ts'

interface Product {
  readonly sku: string
  readonly name: string
}

const VISITOR = 'demo-shop-visitor'
const visitor = localStorage.getItem(VISITOR) ?? `visitor-${crypto.randomUUID()}`
localStorage.setItem(VISITOR, visitor)

const events = userEvents({
  url: '/user-events',
  // A public page gets one of the role collect, which may do nothing else: ?token=...
  token: new URLSearchParams(location.search).get('token'),
  subject: () => visitor,
  now: () => Date.now(),
  newId: () => crypto.randomUUID(),
  page: document,
  fetch: (url, init) => fetch(url, init),
  beacon: (url, body) => navigator.sendBeacon(url, body),
  every: (millis, work) => void setInterval(work, millis),
})

const list = document.querySelector('#products')
const status = document.querySelector('#cart')
let inCart = 0

function button(text: string, click: () => void): HTMLButtonElement {
  const made = document.createElement('button')
  made.type = 'button'
  made.textContent = text
  made.addEventListener('click', click)
  return made
}

function show({ sku, name }: Product): void {
  const row = document.createElement('li')
  const look = button(name, () => events.note('product_view', { sku }))
  const add = button('Add to cart', () => {
    events.note('add_to_cart', { sku, quantity: 1 })
    inCart += 1
    if (status !== null) status.textContent = `In your cart: ${String(inCart)}`
  })
  row.append(look, ' ', add)
  list?.append(row)
}

async function open(): Promise<void> {
  events.note('page_view')
  document.querySelector('#checkout')?.addEventListener('click', () => events.note('checkout'))
  const answer = await fetch('/products?limit=20')
  if (!answer.ok) {
    if (status !== null) status.textContent = `The products cannot be shown (${String(answer.status)}).`
    return
  }
  const { items } = (await answer.json()) as { readonly items: readonly Product[] }
  for (const product of items) show(product)
}

void open()
