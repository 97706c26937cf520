/** Why a connection to Postgres failed, and what to do about that cause: by SQLSTATE or errno, never by the step. */
import { driverVariables } from '../config/environment.ts'
import { systemCode } from '../start-failure.ts'

export interface ConnectionFault {
  /** In the words of the server or the driver, with the variable of the shell that took part. */
  readonly what: string
  readonly next: string
}

interface Cause {
  readonly is: RegExp
  readonly next: string
  /** Variables that complete a URL which does not say it. */
  readonly variables?: readonly string[]
}

export const DIRECT_ADDRESS =
  'set DATABASE_URL to the direct address of the server, not to that of the pooler (often another port or host name)'

const ADDRESS = ['PGHOST', 'PGPORT']
const WHO = ['PGUSER', 'PGPASSWORD', 'PGPASSFILE']
const TLS = ['PGSSLMODE', 'PGSSLNEGOTIATION']

/** The first that fits the code or the words. */
const CAUSES: readonly Cause[] = [
  { is: /^(08P01|.*unsupported startup parameter)/, next: `a pooler refuses what sessions set: ${DIRECT_ADDRESS}` },
  {
    is: /^28/,
    next: 'correct the user or the password in DATABASE_URL, or pg_hba.conf of the server',
    variables: [...WHO, ...TLS],
  },
  {
    is: /^3D000/,
    next: "create it (CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0), or correct its name in DATABASE_URL",
  },
  {
    is: /^42501/,
    next: 'grant connect on the database to that role, or correct the user in DATABASE_URL',
    variables: WHO,
  },
  {
    is: /^53300/,
    next: 'raise max_connections or the connection limit of the role, or stop other clients of the server',
  },
  { is: /^57P03/, next: 'wait until that server is up (its log says what it does), then start again' },
  { is: /^(ENOTFOUND|EAI_AGAIN)/, next: 'correct the host in DATABASE_URL, or the name service', variables: ADDRESS },
  {
    is: /^(ECONNREFUSED|ENOENT .*\.s\.PGSQL)/,
    next: 'start that server, or correct host and port in DATABASE_URL',
    variables: ADDRESS,
  },
  {
    is: /^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|.*timeout)/,
    next: 'correct host and port in DATABASE_URL, or open the way to them (firewall, network)',
    variables: ADDRESS,
  },
  { is: /^(ENOENT|EACCES|EISDIR)/, next: 'correct the path of sslrootcert, sslcert or sslkey in DATABASE_URL' },
  {
    is: /^ERR_TLS_CERT_ALTNAME/,
    next: 'use the host name of the certificate in DATABASE_URL, or sslmode=no-verify, which encrypts and checks nothing',
    variables: TLS,
  },
  {
    is: /^(CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)/,
    next: 'renew the certificate of the server, or set its clock and ours',
    variables: TLS,
  },
  {
    is: /^(DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|CERT_|.*certificate)/,
    next: 'name the certificate of its authority in DATABASE_URL (sslmode=verify-full&sslrootcert=FILE), or sslmode=no-verify, which encrypts and checks nothing',
    variables: TLS,
  },
  {
    is: /^.*(does not support SSL|wrong version number)/,
    next: 'switch on ssl at the server, or set sslmode=disable in DATABASE_URL',
    variables: TLS,
  },
]

export function connectionFault(error: unknown): ConnectionFault {
  const said = wordsOf(error)
  const cause = CAUSES.find(({ is }) => is.test(codeOf(error)) || is.test(said))
  const taking = driverVariables().filter((name) => cause?.variables?.includes(name) === true)
  const shell = taking.length === 0 ? '' : ` (${taking.join(' and ')} of the shell completes DATABASE_URL)`
  const next = cause?.next ?? 'correct DATABASE_URL, start that server, or unset DATABASE_URL to use the embedded one'
  return {
    what: `Postgres: ${said}${shell}`,
    next: taking.length === 0 ? next : `unset ${taking.join(' and ')}, or ${next}`,
  }
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(codeOf)[0] ?? ''
  return `${systemCode(error)} ${wordsOf(error)}`
}

// A refused connection to `localhost`, tried over both IP versions, is an AggregateError without a message.
function wordsOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(wordsOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}
