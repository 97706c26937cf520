import fc from 'fast-check'
import MailComposer from 'nodemailer/lib/mail-composer'
import { expect, test } from 'vitest'
import { readMessage } from './read-message.ts'

interface Parts {
  readonly subject: string
  readonly text: string
  readonly html: string
}

function composed(parts: Parts, textEncoding?: 'quoted-printable' | 'base64'): Promise<Buffer> {
  const headers = { 'X-OrderLedger-Order': 'o-1' }
  return new MailComposer({
    from: 'shop@localhost',
    to: 'ada@example.com',
    messageId: '<cause.template@orderledger>',
    headers,
    ...(textEncoding === undefined ? {} : { textEncoding }),
    ...parts,
  })
    .compile()
    .build()
}

/** Lines that people and templates write: no end of line but \n, and none at the ends of a subject. */
const words = fc.string({ unit: 'grapheme', maxLength: 300 }).map((text) => text.replaceAll(/\p{Cc}/gu, ' '))
const texts = fc.array(words, { maxLength: 6 }).map((lines) => lines.join('\n'))
const subjects = words.map((text) => text.replaceAll(/\s+/g, ' ').trim()).filter((text) => !text.includes('=?'))

test.each(['quoted-printable', 'base64'] as const)('what nodemailer writes in %s is what is read', async (encoding) => {
  await fc.assert(
    fc.asyncProperty(subjects, texts, texts, async (subject, text, html) => {
      const parts = { subject, text: `${text}.`, html: `<p>${html}</p>` }
      const message = readMessage(await composed(parts, encoding))
      expect({
        ...parts,
        subject: message.headers.get('subject') ?? '',
        text: message.text,
        html: message.html,
      }).toEqual(parts)
      expect(message.headers.get('x-orderledger-order')).toBe('o-1')
      expect(message.headers.get('message-id')).toBe('<cause.template@orderledger>')
    }),
    { numRuns: 300 },
  )
})

test('lines of dots, long lines, blanks at their ends and equals signs stay as they are', async () => {
  const text = `.\n..\nFrom here\n${'é'.repeat(400)}\n${'a '.repeat(300)}\nends with blanks  \n=20 = 3D=\n\n`
  const { text: read } = readMessage(await composed({ subject: 'a', text, html: text }, 'quoted-printable'))
  expect(read).toBe(text)
})

test('what is no such message has no texts', () => {
  for (const source of ['', '\r\n', 'a', 'Subject: b\r\n\r\n', 'Content-Type: multipart/mixed; boundary="x"\r\n\r\n']) {
    expect(readMessage(Buffer.from(source))).toMatchObject({ text: '', html: '' })
  }
})
