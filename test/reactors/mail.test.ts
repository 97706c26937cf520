import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { CAUSE, closeOpened, failure, mailerTo, mailTo, realServer } from './mailing.ts'
import { ScriptedSmtp, type Step } from './scripted-smtp.ts'

afterEach(closeOpened)

describe('a mail', () => {
  test('arrives as it was rendered, marked as sent by a program, with one Message-ID for its step', async () => {
    const { received, port } = await realServer()
    const mail = mailTo('ada@example.com')
    const mailer = mailerTo(port, { tls: 'offered' })
    expect(await mailer.send(mail)).toEqual({ outcome: 'sent' })
    expect(await mailer.send(mail)).toEqual({ outcome: 'sent' })
    const [first, second] = received
    expect(first).toMatchObject({ from: 'shop@localhost', to: ['ada@example.com'], text: mail.text, html: mail.html })
    expect(Object.fromEntries(first?.headers ?? [])).toMatchObject({
      from: 'Café Ada <shop@localhost>',
      to: 'ada@example.com',
      subject: mail.subject,
      'message-id': `<${CAUSE}.order-delivered@orderledger>`,
      'auto-submitted': 'auto-generated',
      'x-orderledger-template': 'order-delivered',
      'x-orderledger-order': 'o-1',
    })
    expect(second?.headers.get('message-id')).toBe(first?.headers.get('message-id'))
  })

  test('to each of many goes to that address alone, over few connections', async () => {
    let connections = 0
    const { received, port } = await realServer({ onConnect: (_, done) => (connections++, done()) })
    const mailer = mailerTo(port)
    const all = Array.from({ length: 150 }, (_, index) => `c${String(index)}@example.com`)
    expect(
      new Set((await Promise.all(all.map((to) => mailer.send(mailTo(to))))).map(({ outcome }) => outcome)),
    ).toEqual(new Set(['sent']))
    expect(received.map(({ to }) => to.join()).toSorted()).toEqual(all.toSorted())
    expect(connections).toBeLessThanOrEqual(4)
  })

  test('to what nodemailer would read as two addresses, or as another one, goes nowhere', async () => {
    const { received, port } = await realServer()
    const mailer = mailerTo(port)
    const bad = ['a@example.com,b@example.com', '"victim@elsewhere.test x"@example.com', 'a@x.test;b@x.test', 'a', '']
    for (const to of bad) {
      expect(await mailer.send(mailTo(to))).toEqual({ outcome: 'refused', reason: 'bad-address' })
    }
    expect(received).toEqual([])
  })

  test('with a line end in its subject has no more headers than before', async () => {
    const { received, port } = await realServer()
    await mailerTo(port).send(mailTo('ada@example.com', { subject: 'a\r\nBcc: victim@example.com\r\n\r\nb' }))
    expect(received[0]?.headers.has('bcc')).toBe(false)
    expect(received[0]?.to).toEqual(['ada@example.com'])
  })
})

describe('a real server that refuses', () => {
  test('one recipient says so about that one alone', async () => {
    const { received, port } = await realServer({
      onRcptTo({ address }, _, done) {
        if (address.startsWith('gone')) done(failure(550, '5.1.1 <gone@example.com> has moved'))
        else if (address.startsWith('full')) done(failure(452, '4.2.2 full@example.com is full'))
        else done()
      },
    })
    const mailer = mailerTo(port, { connections: 1 })
    const outcomes = await Promise.all(
      ['gone@x.test', 'full@x.test', 'ada@x.test'].map((to) => mailer.send(mailTo(to))),
    )
    expect(outcomes).toEqual([
      { outcome: 'refused', reason: 'refused 550 5.1.1' },
      { outcome: 'later', reason: 'deferred 452 4.2.2' },
      { outcome: 'sent' },
    ])
    expect(received).toHaveLength(1)
  })

  test('a password is out of order for everybody', async () => {
    const { port } = await realServer({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (_, __, done) => done(failure(535, '5.7.8 who are you')),
    })
    const mailer = mailerTo(port, { login: { user: 'shop', password: 'wrong' } })
    expect(await mailer.send(mailTo('ada@x.test'))).toEqual({ outcome: 'outage', reason: 'login 535 5.7.8' })
  })

  test('to prove who it is gets no mail, and no password', async () => {
    let passwords = 0
    const { port } = await realServer({ onAuth: (_, __, done) => (passwords++, done(null, { user: 'a' })) })
    const mailer = mailerTo(port, { tls: 'required', login: { user: 'shop', password: 'p' } })
    expect(await mailer.send(mailTo('ada@x.test'))).toEqual({ outcome: 'outage', reason: 'tls' })
    expect(passwords).toBe(0)
  })

  test('to encrypt gets no mail where that is a must', async () => {
    const { received, port } = await realServer({ disabledCommands: ['STARTTLS'], hideSTARTTLS: true })
    const mailer = mailerTo(port, { tls: 'required' })
    expect(await mailer.send(mailTo('ada@x.test'))).toMatchObject({
      outcome: 'outage',
      reason: expect.stringMatching(/^tls/) as string,
    })
    expect(received).toEqual([])
  })
})

type Script = readonly [name: string, script: Partial<Record<Step, string>>, outcome: string, reason: string]

/** As the replies come: at which step, and what they mean. */
const SCRIPTS: readonly Script[] = [
  ['greets with 554', { greeting: '554 5.7.1 you are on a list' }, 'outage', 'greeting 554 5.7.1'],
  ['greets with 421', { greeting: '421 4.3.2 too busy' }, 'outage', 'closing 421 4.3.2'],
  ['greets with garbage', { greeting: 'SSH-2.0-OpenSSH_9' }, 'outage', 'greeting'],
  ['drops before it greets', { greeting: 'drop' }, 'outage', 'dropped'],
  ['refuses EHLO and HELO', { EHLO: '502 no', HELO: '550 5.7.0 no' }, 'outage', 'hello 550 5.7.0'],
  ['refuses AUTH for good', { AUTH: '535 5.7.8 no' }, 'outage', 'login 535 5.7.8'],
  ['refuses AUTH for now', { AUTH: '454 4.7.0 no' }, 'outage', 'login 454 4.7.0'],
  ['refuses the sender for good', { MAIL: '553 5.1.8 not yours' }, 'outage', 'sender 553 5.1.8'],
  ['refuses the sender for now', { MAIL: '452 4.3.1 no room' }, 'outage', 'sender 452 4.3.1'],
  ['closes at the sender', { MAIL: '421 4.7.0 enough' }, 'outage', 'closing 421 4.7.0'],
  ['refuses a recipient for good', { RCPT: '550 5.1.1 <ada@x.test> unknown' }, 'refused', 'refused 550 5.1.1'],
  [
    'refuses a recipient on more lines',
    { RCPT: '550-5.1.1 no\r\n550 5.1.1 ada@x.test' },
    'refused',
    'refused 550 5.1.1',
  ],
  ['refuses a recipient without a second code', { RCPT: '550 ada@x.test' }, 'refused', 'refused 550'],
  ['puts a recipient off', { RCPT: '450 4.2.0 greylisted' }, 'later', 'deferred 450 4.2.0'],
  ['closes at a recipient', { RCPT: '421 4.7.0 too many' }, 'outage', 'closing 421 4.7.0'],
  ['drops at a recipient', { RCPT: 'drop' }, 'outage', 'dropped'],
  ['refuses DATA for good', { DATA: '554 5.5.1 no' }, 'later', 'deferred 554 5.5.1'],
  ['refuses DATA for now', { DATA: '451 4.3.0 no' }, 'later', 'deferred 451 4.3.0'],
  ['closes at DATA', { DATA: '421 4.3.0 no' }, 'outage', 'closing 421 4.3.0'],
  ['refuses the message for good', { message: '554 5.6.0 spam for ada@x.test' }, 'refused', 'refused 554 5.6.0'],
  ['puts the message off', { message: '451 4.7.1 later' }, 'later', 'deferred 451 4.7.1'],
  ['closes at the message', { message: '421 4.3.2 no' }, 'outage', 'closing 421 4.3.2'],
  ['drops after the message', { message: 'drop' }, 'outage', 'dropped'],
  [
    'pipelines, and refuses a recipient',
    { EHLO: '250-x\r\n250 PIPELINING', RCPT: '550 5.1.1 no', DATA: '554 5.5.1 no' },
    'refused',
    'refused 550 5.1.1',
  ],
  [
    'pipelines, and refuses the sender',
    { EHLO: '250-x\r\n250 PIPELINING', MAIL: '553 5.1.8 no', RCPT: '503 5.5.1 no', DATA: '503 5.5.1 no' },
    'outage',
    'sender 553 5.1.8',
  ],
]

describe('a server that', () => {
  let smtp: ScriptedSmtp

  beforeAll(async () => {
    smtp = await new ScriptedSmtp().open()
  })

  afterAll(() => smtp.close())

  afterEach(() => {
    smtp.script = {}
    smtp.messages.length = 0
    smtp.lines.length = 0
  })

  test.each(SCRIPTS)('%s', async (_, script, outcome, reason) => {
    smtp.script = script
    const login = { user: 'shop', password: 'p' }
    const mailer = mailerTo(smtp.port, { login: script.AUTH === undefined ? null : login })
    expect(await mailer.send(mailTo('ada@x.test'))).toEqual({ outcome, reason })
    // What went wrong is over: the same mailer sends again.
    smtp.script = {}
    expect(await mailer.send(mailTo('ada@x.test'))).toEqual({ outcome: 'sent' })
  })

  test.each<Step>(['greeting', 'EHLO', 'MAIL', 'RCPT', 'DATA', 'message'])('says nothing at %s', async (step) => {
    smtp.script = { [step]: 'silence' }
    const mailer = mailerTo(smtp.port, {}, { connect: 50, silence: 50 })
    expect(await mailer.send(mailTo('ada@x.test'))).toEqual({ outcome: 'outage', reason: 'timed-out' })
  })

  test.each<Step>(['greeting', 'RCPT', 'message'])('sends a byte now and then at %s', async (step) => {
    smtp.script = { [step]: 'trickle' }
    const mailer = mailerTo(smtp.port, {}, { whole: 200 })
    expect(await mailer.send(mailTo('ada@x.test'))).toEqual({ outcome: 'outage', reason: 'timed-out' })
  })

  test('knows ASCII alone hears of other domains in it', async () => {
    const mailer = mailerTo(smtp.port)
    expect(await mailer.send(mailTo('ada@müller.example'))).toEqual({ outcome: 'sent' })
    expect(smtp.lines).toContain('RCPT TO:<ada@xn--mller-kva.example>')
  })

  test('closed the connection while it was idle loses nothing, and is no outage', async () => {
    const mailer = mailerTo(smtp.port, { connections: 1 })
    for (let round = 0; round < 3; round++) {
      expect(await mailer.send(mailTo('ada@x.test'))).toEqual({ outcome: 'sent' })
      smtp.cutAll()
    }
    expect(smtp.messages).toHaveLength(3)
  })

  test('drops the connection after a message is not sent it again unasked', async () => {
    smtp.script = { message: 'drop' }
    const mailer = mailerTo(smtp.port, { connections: 1 })
    expect(await mailer.send(mailTo('ada@x.test'))).toMatchObject({ outcome: 'outage' })
    expect(smtp.messages).toHaveLength(1)
  })

  test('keeps one mail waiting does not keep the others', async () => {
    smtp.script = { RCPT: 'silence' }
    const mailer = mailerTo(smtp.port, { connections: 2 }, { silence: 500 })
    const stuck = mailer.send(mailTo('stuck@x.test'))
    await eventually(() => Promise.resolve(smtp.lines.some((line) => line.startsWith('RCPT'))))
    smtp.script = {}
    const other = await Promise.race([mailer.send(mailTo('ada@x.test')), stuck.then(() => 'the stuck one ended first')])
    expect(other).toEqual({ outcome: 'sent' })
    await stuck
  })

  test('does not answer is left at a stop, at once', async () => {
    smtp.script = { message: 'silence' }
    const mailer = mailerTo(smtp.port)
    const sending = mailer.send(mailTo('ada@x.test'))
    await eventually(() => Promise.resolve(smtp.messages.length > 0))
    await mailer.close()
    expect(await sending).toMatchObject({ outcome: 'outage' })
    expect(await mailer.send(mailTo('ada@x.test'))).toEqual({ outcome: 'outage', reason: 'stopped' })
  })

  test('does not speak TLS is out of order, where TLS was expected', async () => {
    const mailer = mailerTo(smtp.port, { tls: 'implicit' })
    expect(await mailer.send(mailTo('ada@x.test'))).toMatchObject({ outcome: 'outage' })
  })

  test('is down, or has no name that anybody knows, is out of order', async () => {
    const gone = await new ScriptedSmtp().open()
    const { port } = gone
    await gone.close()
    expect(await mailerTo(port).send(mailTo('ada@x.test'))).toEqual({ outcome: 'outage', reason: 'unreachable' })
    const nameless = mailerTo(25, { host: 'mail.invalid' })
    expect(await nameless.send(mailTo('ada@x.test'))).toEqual({ outcome: 'outage', reason: 'unknown-host' })
  })
})
