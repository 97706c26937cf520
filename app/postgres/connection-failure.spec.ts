import pg from 'pg'
import { afterEach, expect, test } from 'vitest'
import { connectionFault } from './connection-failure.ts'

const server = (code: string, message: string) =>
  Object.assign(new pg.DatabaseError(message, 0, 'error'), { code, severity: 'FATAL' })
const system = (code: string, message: string) => Object.assign(new Error(message), { code })

afterEach(() => {
  delete process.env['PGPASSWORD']
})

test.each([
  [server('28P01', 'password authentication failed for user "shop"'), /password/],
  [server('28000', 'no pg_hba.conf entry for host'), /pg_hba/],
  [server('3D000', 'database "shop" does not exist'), /ENCODING 'UTF8'/],
  [server('53300', 'sorry, too many clients already'), /max_connections/],
  [server('57P03', 'the database system is starting up'), /wait/],
  [server('08P01', 'unsupported startup parameter: options'), /pooler.*the direct address/],
  [system('ENOTFOUND', 'getaddrinfo ENOTFOUND db'), /host/],
  [new AggregateError([system('ECONNREFUSED', 'connect ECONNREFUSED ::1:5432')]), /start that server/],
  [new Error('timeout expired'), /firewall/],
  [system('ENOENT', "ENOENT: no such file or directory, open '/no/ca.pem'"), /sslrootcert/],
  [system('DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate'), /sslrootcert=FILE.*no-verify/],
  [system('SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain'), /sslrootcert=FILE.*no-verify/],
  [system('CERT_HAS_EXPIRED', 'certificate has expired'), /renew/],
  [system('ERR_TLS_CERT_ALTNAME_INVALID', "Hostname/IP does not match certificate's altnames"), /host name/],
  [new Error('The server does not support SSL connections'), /sslmode=disable/],
])('the advice for %s is for that cause', (error, advice) => {
  expect(connectionFault(error).next).toMatch(advice)
})

test('a variable of the shell is named where it may have caused the fault, and only there', () => {
  process.env['PGPASSWORD'] = 's3cret'
  const refused = connectionFault(server('28P01', 'password authentication failed'))
  expect(refused.what).toContain('PGPASSWORD')
  expect(refused.next).toMatch(/^unset PGPASSWORD/)
  expect(JSON.stringify(refused)).not.toContain('s3cret')
  expect(JSON.stringify(connectionFault(system('ECONNREFUSED', 'connect ECONNREFUSED')))).not.toContain('PGPASSWORD')
})
