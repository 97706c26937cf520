import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { countEmails, INBOX_MOST, readEmail, readEmails, writeEmail } from '../../reactors/mail/inbox-table.ts'
import { openInbox, type Inbox } from '../../reactors/mail/inbox.ts'
import { messageIdOf } from '../../reactors/mail/mailer.ts'
import { languages, render, templateNames } from '../../reactors/mail/render.ts'
import { samples } from '../../cli/output/mail-samples.ts'
import { httpTexter, simulatedTexter } from '../../reactors/mail/sms.ts'
import { writeDump } from '../../store/dump/write-dump.ts'
import { openPool, type Pool } from '../../store/postgres/database.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { CAUSE, closeOpened, mailerTo, mailTo, opened } from './mailing.ts'

afterEach(closeOpened)

describe('the embedded inbox', () => {
  let database: TestDatabase
  let pool: Pool
  let inbox: Inbox

  beforeAll(async () => {
    database = await testDatabase()
    pool = openPool(database.url, { name: 'test', max: 6 })
    inbox = await openInbox(pool)
  })

  afterAll(async () => {
    await inbox.close()
    await pool.end()
    await database.drop()
  })

  afterEach(() => pool.query('truncate mail.inbox'))

  const mailerOf = () => mailerTo(inbox.server.port, inbox.server)

  test('keeps every template in every language as it was rendered', async () => {
    const mailer = mailerOf()
    for (const language of languages) {
      for (const template of templateNames) {
        const rendered = render(template, language, samples[template])
        const messageId = messageIdOf(CAUSE, `${template}-${language}`)
        const mail = { ...rendered, messageId, to: `ada.${language}@example.com`, template, orderId: 'o-1' }
        expect(await mailer.send(mail)).toEqual({ outcome: 'sent' })
        const kept = await readEmail(pool, `${CAUSE}.${template}-${language}`)
        const { subject, text, html } = rendered
        expect(kept).toMatchObject({ to: mail.to, subject, text, body: text, html, template, orderId: 'o-1' })
        expect(kept?.sentAt).toBeTypeOf('number')
      }
    }
  })

  test('shows the newest first, page by page, and one by its id', async () => {
    const mailer = mailerOf()
    for (let index = 0; index < 5; index++) {
      await mailer.send(mailTo('ada@example.com', { messageId: `<m${String(index)}@orderledger>`, orderId: null }))
    }
    const first = await readEmails(pool, { limit: 2 })
    const second = await readEmails(pool, { limit: 2, from: first?.next ?? null })
    const last = await readEmails(pool, { limit: 2, from: second?.next ?? null })
    const pages = [first, second, last].map((page) => page?.items.map(({ emailId }) => emailId))
    expect(pages).toEqual([['m4', 'm3'], ['m2', 'm1'], ['m0']])
    expect(last?.next).toBeNull()
    expect(first?.items[0]).toMatchObject({ orderId: null })
    expect(await readEmail(pool, 'm9')).toBeNull()
    expect(await readEmails(pool, { limit: 2, from: "1'; drop table" })).toBeNull()
  })

  test('shows a mail that is sent again once', async () => {
    const mailer = mailerOf()
    await mailer.send(mailTo('ada@example.com'))
    await mailer.send(mailTo('ada@example.com'))
    expect(await countEmails(pool)).toBe(1)
  })

  test('keeps the newest 1,000', async () => {
    const { subject, text, html } = mailTo('ada@example.com')
    const email = { to: 'ada@example.com', subject, text, html, template: 't', orderId: null }
    await pool.query(
      `insert into mail.inbox (email_id, recipient, subject, text, html, template)
      select 'old' || n, 'a@b', 's', 't', 'h', 't' from generate_series(1, $1) n`,
      [INBOX_MOST],
    )
    for (const emailId of ['n1', 'n2', 'n2']) await writeEmail(pool, { ...email, emailId })
    expect(await countEmails(pool)).toBe(INBOX_MOST)
    expect(await readEmail(pool, 'old2')).toBeNull()
    expect(await readEmail(pool, 'old3')).not.toBeNull()
  })

  test('is in no dump', async () => {
    await mailerOf().send(mailTo('ada@secret.test'))
    const directory = join(mkdtempSync(join(tmpdir(), 'mail-dump-')), 'dump')
    opened.push(() => rm(dirname(directory), { recursive: true }))
    await writeDump({ pool, directory })
    const files = await readdir(directory)
    const dumped = await Promise.all(files.map((file) => readFile(join(directory, file), 'latin1')))
    expect(files.length).toBeGreaterThan(1)
    expect(dumped.join()).not.toContain('secret.test')
  })

  test('takes mail from nobody else', async () => {
    const stranger = mailerTo(inbox.server.port)
    expect(await stranger.send(mailTo('ada@example.com'))).toMatchObject({ outcome: 'outage' })
    const guesser = mailerTo(inbox.server.port, { login: { user: 'orderledger', password: 'guess' } })
    expect(await guesser.send(mailTo('ada@example.com'))).toEqual({ outcome: 'outage', reason: 'login 535' })
    expect(await countEmails(pool)).toBe(0)
  })

  test('is out of order while the database takes nothing, and loses nothing', async () => {
    const mailer = mailerOf()
    await pool.query('alter table mail.inbox rename to gone')
    expect(await mailer.send(mailTo('ada@example.com'))).toEqual({ outcome: 'outage', reason: 'closing 421' })
    await pool.query('alter table mail.gone rename to inbox')
    expect(await mailer.send(mailTo('ada@example.com'))).toEqual({ outcome: 'sent' })
  })
})

describe('a text message', () => {
  const texts: unknown[] = []
  let answer = 200
  let bridge: Server
  let url = ''

  beforeAll(async () => {
    bridge = createServer((request, response) => {
      void buffer(request).then((body) => {
        const { authorization, 'content-type': type } = request.headers
        texts.push({ ...(JSON.parse(body.toString()) as object), authorization, type, path: request.url })
        if (answer !== 0) response.writeHead(answer).end('x'.repeat(200_000))
      })
    }).listen(0, '127.0.0.1')
    await once(bridge, 'listening')
    url = `http://shop:pa%3Ass@127.0.0.1:${String((bridge.address() as AddressInfo).port)}/send`
  })

  afterAll(() => {
    bridge.closeAllConnections()
    bridge.close()
  })

  const message = { key: `${CAUSE}/order-delivered`, to: '+33 6 12 34 56 78', text: 'Votre commande est arrivée' }

  test.each([
    [200, { outcome: 'sent' }],
    [204, { outcome: 'sent' }],
    [400, { outcome: 'refused', reason: 'refused 400' }],
    [404, { outcome: 'refused', reason: 'refused 404' }],
    [302, { outcome: 'later', reason: 'deferred 302' }],
    [500, { outcome: 'later', reason: 'deferred 500' }],
    [503, { outcome: 'later', reason: 'deferred 503' }],
  ])('that is answered with %i', async (code, outcome) => {
    answer = code
    const texter = httpTexter(url)
    opened.push(() => texter.close())
    expect(await texter.send(message)).toEqual(outcome)
    expect(texts.at(-1)).toEqual({
      ...message,
      authorization: `Basic ${Buffer.from('shop:pa:ss').toString('base64')}`,
      type: 'application/json',
      path: '/send',
    })
  })

  test('that is not answered, or reaches nobody, waits', async () => {
    answer = 0
    const texter = httpTexter(url, 100)
    opened.push(() => texter.close())
    expect(await texter.send(message)).toEqual({ outcome: 'outage', reason: 'timed-out' })
    const nobody = httpTexter('http://127.0.0.1:1/')
    opened.push(() => nobody.close())
    expect(await nobody.send(message)).toEqual({ outcome: 'outage', reason: 'unreachable' })
  })

  test('without a bridge is simulated', async () => {
    expect(simulatedTexter.simulated).toBe(true)
    expect(await simulatedTexter.send(message)).toEqual({ outcome: 'sent' })
  })
})
