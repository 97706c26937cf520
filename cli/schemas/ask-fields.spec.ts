import { expect, test } from 'vitest'
import { readFields } from './ask-fields.ts'

test('asks field by field, until an empty name', async () => {
  const answers = ['by', 'string', 'nobody', 'Who corrected it.', 'seenAt', 'time?', '', 'When.', '']
  const asked: string[] = []
  const fields = await readFields('StockAdjusted', (question) => {
    asked.push(question)
    return Promise.resolve(answers.shift() ?? '')
  })
  expect(fields).toEqual([
    { name: 'by', type: 'string', default: 'nobody', doc: 'Who corrected it.' },
    { name: 'seenAt', type: 'time?', default: null, doc: 'When.' },
  ])
  expect(asked).toHaveLength(9)
  expect(asked[0]).toBe('new field of StockAdjusted (empty to finish): ')
  expect(asked[1]).toContain('Money')
})
