/** Connections that are encrypted: Postgres and the registry as a service reaches them elsewhere than on its own machine. */
import { chmodSync, chownSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createHttpsServer } from 'node:https'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { postgresAccount } from '../../app/postgres/account.ts'
import { startThrowawayPostgres, type ThrowawayPostgres } from '../../app/postgres/throwaway-postgres.ts'
import { certificates, type Certificates } from '../../cluster/kafka/certificates.ts'
import { makeDataDir, startService, type Service } from '../support/service.ts'

const home = mkdtempSync(join(tmpdir(), 'orderledger-tls-'))
const releases: (() => Promise<unknown> | void)[] = []
let ours: Certificates
let theirs: Certificates

beforeAll(async () => {
  chmodSync(home, 0o755)
  ours = await certificates(join(home, 'ours'))
  theirs = await certificates(join(home, 'theirs'))
})

afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release()
})

afterAll(() => rmSync(home, { recursive: true, force: true }))

async function start(env: Readonly<Record<string, string>>, unready = false): Promise<Service> {
  const data = makeDataDir()
  releases.push(() => data.remove())
  const service = await startService({ dataDir: data.path, env, unready })
  releases.push(() => service.kill())
  return service
}

describe('Postgres over TLS', () => {
  let postgres: ThrowawayPostgres

  beforeAll(async () => {
    // Key and certificate in one file, which the server takes only from an owner that it trusts.
    const file = join(home, 'postgres.pem')
    copyFileSync(ours.server, file)
    const account = postgresAccount()
    if (account !== null) chownSync(file, account.uid, account.gid)
    chmodSync(file, 0o600)
    postgres = await startThrowawayPostgres({ settings: { ssl: 'on', ssl_cert_file: file, ssl_key_file: file } })
  })

  afterAll(() => postgres.stop())

  const over = (certificate: string) => `${postgres.url}?sslmode=verify-full&sslrootcert=${certificate}`

  test('is used for every connection of the service', async () => {
    const service = await start({ DATABASE_URL: over(ours.ca) })
    const answer = await fetch(`${service.url}/analytics`)
    expect(answer.status).toBe(200)
    const { default: pg } = await import('pg')
    const client = new pg.Client({ connectionString: over(ours.ca) })
    await client.connect()
    const { rows } = await client.query<{ open: string }>(
      "select count(*) as open from pg_stat_ssl join pg_stat_activity using (pid) where application_name like 'orderledger%' and not ssl",
    )
    await client.end()
    expect(rows).toEqual([{ open: '0' }])
  })

  test('is refused where another authority signed its certificate, and said so', async () => {
    const service = await start({ DATABASE_URL: over(theirs.ca) }, true)
    expect(await service.exited).toMatchObject({ code: 3 })
    expect(service.errors()).toMatch(/Postgres: .*certificate/)
    expect(service.errors()).toContain('sslrootcert=FILE')
  })

  test('is refused where nobody vouches for its certificate, and the ways out are named, without a warning of the driver', async () => {
    const service = await start({ DATABASE_URL: `${postgres.url}?sslmode=require` }, true)
    expect(await service.exited).toMatchObject({ code: 3 })
    expect(service.errors()).toMatch(/sslrootcert=FILE.*sslmode=no-verify/)
    expect(service.errors().trim().split('\n')).toHaveLength(3)
  })

  test('encrypts without a warning of the driver in the modes that it means to change', async () => {
    const service = await start({ DATABASE_URL: `${postgres.url}?sslmode=require&sslrootcert=${ours.ca}` })
    expect(service.output()).not.toContain('SECURITY WARNING')
  })
})

describe('a registry over TLS', () => {
  /** The registry of a service, behind TLS, as a proxy in front of one has it. */
  async function registryOverTls(): Promise<string> {
    const behind = new URL((await start({})).url)
    const pem = readFileSync(ours.server)
    const front = createHttpsServer({ key: pem, cert: pem }, (incoming, outgoing) => {
      const { method, url, headers } = incoming
      const asked = request({ host: behind.hostname, port: behind.port, method, path: url, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      })
      incoming.pipe(asked)
    })
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
    releases.push(() => {
      front.closeAllConnections()
      front.close()
    })
    return `https://127.0.0.1:${String((front.address() as AddressInfo).port)}/registry`
  }

  test('is used where its authority is trusted', async () => {
    const service = await start({ SCHEMA_REGISTRY_URL: await registryOverTls(), NODE_EXTRA_CA_CERTS: ours.ca })
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200)
  })

  test('is refused where another authority signed its certificate, and said so', async () => {
    const service = await start({ SCHEMA_REGISTRY_URL: await registryOverTls(), NODE_EXTRA_CA_CERTS: theirs.ca }, true)
    expect(await service.exited).toMatchObject({ code: 3 })
    expect(service.errors()).toMatch(/Schema Registry: .*certificate/)
    expect(service.errors()).toContain('SCHEMA_REGISTRY_URL')
  })
})
