import { existsSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Cleanup } from './cleanup.ts'

test('what was made last is undone first, and only once', async () => {
  const undone: string[] = []
  const cleanup = new Cleanup()
  cleanup.add(() => void undone.push('server'))
  cleanup.add(() => Promise.resolve().then(() => void undone.push('client')))
  await cleanup.run()
  await cleanup.run()
  expect(undone).toEqual(['client', 'server'])
})

test('a step that fails is reported after all others have run', async () => {
  const undone: string[] = []
  const cleanup = new Cleanup()
  cleanup.add(() => void undone.push('server'))
  cleanup.add(() => Promise.reject(new Error('stuck')))
  await expect(cleanup.run()).rejects.toThrow('not everything could be cleaned up')
  expect(undone).toEqual(['server'])
})

test('a folder can be entered by other users, and is gone at the end', async () => {
  const cleanup = new Cleanup()
  const folder = cleanup.folder()
  expect(statSync(folder).mode & 0o777).toBe(0o755)
  await cleanup.run()
  expect(existsSync(folder)).toBe(false)
})
