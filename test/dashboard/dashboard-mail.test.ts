/** The page of mails in a real browser: what a hostile mail can do there, which is nothing. */
import { beforeAll, describe, expect, test } from 'vitest'
import { writeEmail, type NewEmail } from '../../reactors/mail/inbox-table.ts'
import { openPool } from '../../store/postgres/database.ts'
import { dashboardShop } from './dashboard-shop.ts'

const HOSTILE = `<!doctype html><html lang="fr"><head>
<meta http-equiv="refresh" content="0;url=https://evil.example/refresh"><base href="https://evil.example/">
<link rel="stylesheet" href="https://evil.example/link.css">
<style>@import url(https://evil.example/import.css); @font-face { font-family: F; src: url(https://evil.example/f.woff) }
  .told { color: rgb(1, 2, 3); background: u\\72l(https://evil.example/sheet.png); font-family: F }
  @media all { .told { text-decoration-line: underline; list-style: url(/orders) } }</style></head>
<body onload="alert(1)"><script>parent.document.title = 'taken'; alert(2)</script>
<p class="told" STYLE = "font-weight: 700; --u: url(https://evil.example/var.png); background-image: var(--u); border-image: url('https://evil.example/style.png') 1"
  onclick="alert(3)" title="a > b" onmouseover=alert(4)>Bonjour</p>
<made-up>kept text</made-up><img src="https://evil.example/picture.png" srcset="https://evil.example/set.png 2x" onerror="alert(5)" alt="a picture"><img src="/orders" onerror=alert(6)>
<a href="https://evil.example/a" ping="https://evil.example/ping">link</a><a href="javascript:alert(7)">script</a>
<iframe src="https://evil.example/frame" srcdoc="<script>alert(8)</script>"></iframe>
<form action="https://evil.example/form"><input autofocus onfocus="alert(9)"><button formaction="https://evil.example/">Send</button></form>
<svg onload="alert(10)"><style><img src=x onerror=alert(11)></style><image href="https://evil.example/svg.png"/></svg>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=alert(12)&gt;"></table></mtext></math>
<video src="https://evil.example/v.mp4" poster="https://evil.example/v.png" autoplay></video><object data="https://evil.example/o"></object>
<noscript><p title="</noscript><img src=x onerror=alert(13)>"></noscript><template><script>alert(14)</script></template></body></html>`

const MAIL: NewEmail = {
  emailId: 'hostile.order-confirmed',
  to: 'customer@example.com',
  subject: '<img src=x onerror=alert(15)>',
  text: 'Bonjour <script>alert(16)</script>',
  html: HOSTILE,
  template: 'order-confirmed',
  orderId: 'o1',
}

const shop = await dashboardShop({ demoOrders: 1 })

const inFrame = <T>(expression: string) =>
  shop.page.evaluate<T>(`((mail) => ${expression})(document.querySelector('iframe.mail').contentDocument)`)

describe.skipIf(shop.browser === null)('on the page of mails', () => {
  beforeAll(async () => {
    const pool = openPool(shop.service.databaseUrl, { name: 'test', max: 1 })
    await writeEmail(pool, MAIL)
    await pool.end()
  })

  test('a hostile mail is read as it looks, runs nothing, and loads nothing', async () => {
    await shop.go('mail')
    const asked: string[] = []
    shop.page.on('request', (request) => asked.push(request.url()))
    await shop.page.getByRole('link', { name: MAIL.subject }).click()
    await shop.page.getByRole('heading', { level: 1, name: MAIL.subject }).waitFor()
    const frame = shop.page.frameLocator('iframe.mail')
    await frame.getByText('Bonjour').waitFor()
    await frame.getByText('kept text').waitFor()
    await shop.page.getByLabel('The mail as text').getByText(MAIL.text, { exact: true }).waitFor()

    const style = `getComputedStyle(mail.querySelector('.told'))`
    expect(
      await inFrame(`{ const style = ${style}; return [style.color, style.fontWeight, style.textDecorationLine] }`),
    ).toEqual(['rgb(1, 2, 3)', '700', 'underline'])
    expect(
      await inFrame(`{ const { backgroundImage, borderImageSource, listStyleImage } = ${style}
        return [backgroundImage, borderImageSource, listStyleImage] }`),
    ).toEqual(['none', 'none', 'none'])
    const left = await inFrame<string[]>(`[...mail.querySelectorAll('*')].flatMap(({ localName, attributes }) => [
      localName, ...[...attributes].map(({ name }) => name)])`)
    expect(new Set(left)).toEqual(
      new Set(['html', 'lang', 'head', 'title', 'body', 'p', 'class', 'title', 'style', 'data-style', 'a']),
    )
    await frame.getByText('a picture').waitFor()
    expect(await inFrame<string>('mail.documentElement.lang')).toBe('fr')

    expect(await shop.page.title()).toBe('hostile.order-confirmed · OrderLedger')
    expect(asked.filter((url) => !url.startsWith(shop.service.url))).toEqual([])
    expect(asked.filter((url) => url.endsWith('/orders'))).toEqual([])
    expect(shop.opened.errors).toEqual([])
    expect(await shop.opened.violations()).toEqual([])
  })

  test('nobody else makes markup: the policy of mails is made once', async () => {
    await shop.go(`mail/${MAIL.emailId}`)
    await shop.page.frameLocator('iframe.mail').getByText('Bonjour').waitFor()
    const again = await shop.page.evaluate(
      `{ try { trustedTypes.createPolicy('mail', {}); 'made' } catch ({ name }) { name } }`,
    )
    expect(again).toBe('TypeError')
  })
})
