import { expect, test } from 'vitest'
import { requireConfig } from '../../app/config/config.ts'
import type { CommandContext } from '../command-context.ts'
import { tokenFor, type Asked } from './token.ts'

const API_TOKENS = 'shop:order:of-the-shop,ops:admin:of-operations'
const here = { url: 'http://127.0.0.1:3000' }

function asked(more: Partial<Asked>, env: Readonly<Record<string, string>> = {}) {
  const notes: string[] = []
  const config = requireConfig({ API_TOKENS, ...env })
  const context = { config: () => config, output: { note: (line: string) => void notes.push(line) } }
  const token = tokenFor(context as unknown as CommandContext, { ...here, token: undefined, running: here, ...more })
  return { token, notes }
}

test('the strongest token of the configuration goes to the service that runs here, and to no other', () => {
  expect(asked({})).toEqual({ token: 'of-operations', notes: [] })
  expect(asked({ url: 'http://127.0.0.1:3000/registry' }).token).toBe('of-operations')
  for (const url of [
    'https://127.0.0.1:3000',
    'http://127.0.0.1:3001',
    'http://shop.example:3000',
    'http://[::1]:3000',
  ]) {
    expect(asked({ url })).toEqual({ token: null, notes: [] })
  }
  expect(asked({ running: null }).token).toBeNull()
})

test('ORDERLEDGER_TOKEN is for every service, also the one that runs here, and for no registry of others', () => {
  const env = { ORDERLEDGER_TOKEN: 'of-a-client' }
  expect(asked({}, env).token).toBe('of-a-client')
  expect(asked({ url: 'https://shop.example' }, env)).toEqual({ token: 'of-a-client', notes: [] })
  expect(asked({ url: 'https://registry.example', isService: false }, env).token).toBeNull()
})

test('--token wins, and says who sees it', () => {
  const { token, notes } = asked({ token: 'given' }, { ORDERLEDGER_TOKEN: 'of-a-client' })
  expect(token).toBe('given')
  expect(notes).toEqual([expect.stringMatching(/ps .*ORDERLEDGER_TOKEN/)])
})

test('a token that others on the way can read is said to be', () => {
  const env = { ORDERLEDGER_TOKEN: 'of-a-client' }
  expect(asked({ url: 'http://shop.example:3000' }, env).notes).toEqual([expect.stringContaining('unencrypted')])
  expect(asked({ url: 'http://[::1]:3000' }, env).notes).toEqual([])
})
