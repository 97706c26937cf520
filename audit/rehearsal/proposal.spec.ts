import { expect, test } from 'vitest'
import { eventSchemas } from '../../schemas/events.ts'
import { proposalInFile } from './proposal.ts'

test('a published file that has not changed is told as such, and is not new', () => {
  const text = JSON.stringify(eventSchemas.StockShipped.versions[0])
  expect(() => proposalInFile('v1.avsc', text, null)).toThrow(
    'v1.avsc: it is version 1 of StockShipped as it is published, so nothing would change',
  )
})
