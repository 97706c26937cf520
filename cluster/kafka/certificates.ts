/** Certificates for servers on loopback, signed by an authority that exists for them alone. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { StartFailure, systemCode } from '../../app/start-failure.ts'

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
const DAYS = ['-days', '3650']
const NAMES = 'subjectAltName=IP:127.0.0.1,DNS:localhost'

export interface Certificates {
  /** The certificate of the authority (PEM): what clients trust. */
  readonly ca: string
  /** Key and certificate of the server (PEM, in this order). */
  readonly server: string
}

/** Made in this folder unless they are there. Throws a StartFailure where openssl is missing. */
export async function certificates(folder: string): Promise<Certificates> {
  const made = { ca: join(folder, 'ca.pem'), server: join(folder, 'server.pem') }
  if (existsSync(made.server)) return made
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const ca = ['-x509', ...DAYS, '-subj', '/CN=orderledger throw-away authority', '-keyout', 'ca.key', '-out', 'ca.pem']
  await openssl(folder, 'req', ...KEY, ...ca)
  await openssl(folder, 'req', ...KEY, '-subj', '/CN=127.0.0.1', '-keyout', 'server.key', '-out', 'server.csr')
  writeFileSync(join(folder, 'names'), NAMES)
  const authority = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names']
  await openssl(folder, 'x509', '-req', '-in', 'server.csr', ...DAYS, ...authority, '-out', 'server.crt')
  const whole = ['server.key', 'server.crt'].map((file) => readFileSync(join(folder, file), 'utf8')).join('')
  writeFileSync(`${made.server}.aside`, whole, { mode: 0o600 })
  renameSync(`${made.server}.aside`, made.server)
  return made
}

async function openssl(folder: string, ...args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)('openssl', [...args], { cwd: folder })
  } catch (cause) {
    if (systemCode(cause) !== 'ENOENT') throw cause
    throw new StartFailure(
      {
        code: 'openssl-missing',
        exitCode: 3,
        what: 'openssl is not installed, and certificates need it',
        tried: 'openssl on the PATH',
        next: 'apt-get install -y openssl, or run it without --tls',
      },
      { cause },
    )
  }
}
