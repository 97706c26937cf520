import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { templateNames } from '../../reactors/mail/render.ts'
import { main } from '../main.ts'

const folder = mkdtempSync(join(tmpdir(), 'mail-preview-'))

afterAll(() => rmSync(folder, { recursive: true }))

async function run(...args: readonly string[]) {
  const written = { stdout: '', stderr: '' }
  const stream = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      written[name] += text
      return true
    },
    on: () => undefined,
  })
  const streams = { stdout: stream('stdout'), stderr: stream('stderr') } as never
  const code = await main(['mail', 'preview', ...args], streams, () => ({
    env: {},
    dotEnv: new Set(),
    leftOut: [],
    debug: false,
  }))
  return { code, ...written }
}

describe('mail preview', () => {
  test('lists the templates, with their subjects', async () => {
    const { code, stdout } = await run()
    expect(code).toBe(0)
    for (const name of templateNames) expect(stdout).toContain(name)
    expect(stdout).toContain('Your order 01981f6e-40c2-7cc1-9d3b-5a6b7c8d9e0f is on its way')
  })

  test('shows subject, text and text message, or one of the forms', async () => {
    const { stdout } = await run('order-confirmed', '--language', 'fr-CA')
    expect(stdout).toMatch(/^Subject: Votre commande .*\n\nVotre commande est confirmée\n\nBonjour Ada/)
    expect(stdout).toMatch(/Text message:\nCommande .*départ\.\n$/)
    expect((await run('order-confirmed', '--sms')).stdout).toMatch(/^Your order .* on its way\.\n$/)
    expect((await run('order-confirmed', '--text')).stdout).toMatch(/^Your order is confirmed\n/)
    expect(JSON.parse((await run('order-confirmed', '--json')).stdout)).toMatchObject({ template: 'order-confirmed' })
  })

  test('writes a file', async () => {
    const file = join(folder, 'mail.html')
    expect(await run('order-delivered', '--html', '-o', file)).toMatchObject({ code: 0, stdout: '' })
    expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>/)
  })

  test.each([
    [['order-lost'], 'order-confirmed'],
    [['order-confirmed', '--html', '--text'], 'cannot be used with'],
    [['restock-advised', '--sms'], 'lists which templates have one'],
    [['order-confirmed', '-o', join(folder, 'missing', 'mail.html')], 'leave out -o'],
  ])('%j is refused, with what to do instead', async (args, text) => {
    const { code, stderr } = await run(...args)
    expect(code).toBe(2)
    expect(stderr).toContain(text)
  })
})
