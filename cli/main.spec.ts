import { PassThrough } from 'node:stream'
import { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { loadEnvironment } from '../app/config/environment.ts'
import { commandContext } from './command-context.ts'
import { commands } from './command-list.ts'
import { main } from './main.ts'
import { createOutput } from './output/output.ts'

describe('the command line', () => {
  test('lists every command with --help', async () => {
    const { exitCode, stdout } = await run('--help')
    expect(exitCode).toBe(0)
    for (const { name } of commands) expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'))
  })

  test('prints its version', async () => {
    expect(await run('--version')).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  })

  test('suggests the command that was meant, and exits with 2', async () => {
    const { exitCode, stderr } = await run('docter')
    expect(exitCode).toBe(2)
    expect(stderr).toContain('Did you mean doctor?')
  })

  test.each([['config'], ['config', 'prnt'], ['config', 'print', '--colour'], ['doctor', 'now']])(
    'exits with 2 for %j %j',
    async (...args) => {
      expect((await run(...args)).exitCode).toBe(2)
    },
  )

  test('prints the configuration as a table and, with --json anywhere, as JSON', async () => {
    const text = await run('config', 'print')
    expect(text).toMatchObject({ exitCode: 0, stderr: '' })
    expect(text.stdout).toMatch(/^PORT\s+3000\s+default$/m)
    for (const args of [
      ['--json', 'config', 'print'],
      ['config', 'print', '--json'],
    ]) {
      const { stdout } = await run(...args)
      expect(JSON.parse(stdout)).toContainEqual({ variable: 'PORT', value: '3000', origin: 'default' })
    }
  })

  test('examines the machine', async () => {
    const { stdout } = await run('doctor', '--json')
    const { checks } = JSON.parse(stdout) as { readonly checks: readonly { readonly name: string }[] }
    expect(checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['configuration', 'node', 'data directory', 'disk', 'embedded postgres', 'port']),
    )
  })
})

describe.each(commands)('$name', ({ name, summary, load }) => {
  test('is described in the list as its own help begins, which shows two examples at every level', async () => {
    const program = new Command()
    const streams = { stdout: new PassThrough(), stderr: new PassThrough() }
    const { register } = await load()
    register(
      program,
      commandContext(
        createOutput(streams, () => false),
        () => {},
        loadEnvironment,
      ),
    )
    const command = program.commands.find((each) => each.name() === name)
    expect(command?.description().startsWith(summary), command?.description()).toBe(true)
    for (const path of pathsOf(command)) {
      const { stdout } = await run(...path, '--help')
      const advice = `${path.join(' ')}: end its help with two examples (cli/examples.ts)`
      expect(stdout.match(/^ {2}\$ /gm) ?? [], advice).toHaveLength(2)
    }
  })
})

function pathsOf(command: Command | undefined, above: readonly string[] = []): readonly (readonly string[])[] {
  if (command === undefined) return []
  const path = [...above, command.name()]
  return [path, ...command.commands.flatMap((inner) => pathsOf(inner, path))]
}

async function run(...args: readonly string[]) {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() }
  const exitCode = await main(args, streams)
  const text = (stream: PassThrough) => String(stream.read() ?? '')
  return { exitCode, stdout: text(streams.stdout), stderr: text(streams.stderr) }
}
