import { expect, test } from 'vitest'
import { traceIdOf } from './correlation.ts'

test('the trace id of a traceparent becomes a uuid', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  expect(traceIdOf(traceparent)).toBe('0af76519-16cd-43dd-8448-eb211c80319c')
})

test.each([
  undefined,
  '',
  'garbage',
  '00-00000000000000000000000000000000-b7ad6b7169203331-01',
  'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  '00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01',
  ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
])('%j starts a new trace', (traceparent) => {
  expect(traceIdOf(traceparent)).toBeNull()
})
