import { expect, test } from 'vitest'
import { withoutSecrets } from './without-secrets.ts'

test('a command line is shown without the secrets in it', () => {
  const url = 'https://user:s3cret@shop.example/a'
  expect(withoutSecrets('import', '--token', 's3cret', '--url', url, '--token=s3cret', 'a@b')).toBe(
    'import --token *** --url https://***@shop.example/a --token=*** a@b',
  )
})
