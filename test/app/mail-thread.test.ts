/** The thread that sends mail, as a process has it. */
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { threadMailer } from '../../app/mail/mail-thread.ts'
import type { MailerSettings } from '../../app/mail/open-mailer.ts'
import { closeOpened, mailTo, opened, realServer } from '../reactors/mailing.ts'

afterEach(closeOpened)

function mailer(smtpUrl: string | null, changed: Partial<MailerSettings> = {}) {
  const errors: string[] = []
  const said: string[] = []
  const log = {
    info: (_: object, message: string) => said.push(message),
    warn: () => undefined,
    error: (_: object, message: string) => errors.push(message),
  }
  const from = { name: 'Café Ada', address: 'shop@localhost' }
  const opening = threadMailer({ smtpUrl, from, secure: false, databaseUrl: '', ...changed }, log)
  opened.push(() => opening.close())
  return { send: opening.send.bind(opening), close: opening.close.bind(opening), errors, said }
}

test('mails arrive once each, whoever of them is answered first', async () => {
  const { received, port } = await realServer()
  const { send, errors } = mailer(`smtp://127.0.0.1:${String(port)}`)
  const names = Array.from({ length: 20 }, (_, index) => `c${String(index)}@x.test`)
  const outcomes = await Promise.all([...names, 'no address'].map((to) => send(mailTo(to))))
  expect(outcomes).toEqual([...names.map(() => ({ outcome: 'sent' })), { outcome: 'refused', reason: 'bad-address' }])
  expect(received.flatMap(({ to }) => to).toSorted()).toEqual(names.toSorted())
  expect(errors).toEqual([])
})

test('one that ends is an outage, and the next mail starts another', async () => {
  const { send, errors } = mailer('nowhere')
  const gone = { outcome: 'outage', reason: 'thread-ended' }
  expect(await Promise.all([send(mailTo('a@x.test')), send(mailTo('b@x.test'))])).toEqual([gone, gone])
  expect(await send(mailTo('a@x.test'))).toEqual(gone)
  expect(errors).toHaveLength(2)
})

test('what it logs, its host logs', async () => {
  const { send, close, errors, said } = mailer(null, { databaseUrl: 'postgres://nobody@127.0.0.1:1/nothing' })
  expect(await send(mailTo('a@x.test'))).toMatchObject({ outcome: 'outage' })
  await close()
  expect(said).toEqual(['mails go to the embedded inbox: GET /emails shows them'])
  expect(errors).toEqual([])
})

test('that is closed ends what is under way, and takes nothing any more', async () => {
  const asked: Socket[] = []
  const silent = createServer((socket) => asked.push(socket)).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  opened.push(async () => {
    for (const socket of asked) socket.destroy()
    silent.close()
  })
  const { send, close, errors } = mailer(`smtp://127.0.0.1:${String((silent.address() as AddressInfo).port)}`)
  const connected = once(silent, 'connection')
  const sending = send(mailTo('a@x.test'))
  await connected
  await close()
  expect(await sending).toMatchObject({ outcome: 'outage' })
  expect(await send(mailTo('a@x.test'))).toEqual({ outcome: 'outage', reason: 'stopped' })
  expect(errors).toEqual([])
})
