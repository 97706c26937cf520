/** The command line: finds the command, loads it alone, and turns whatever happens into an exit code. */
import { Command, CommanderError } from 'commander'
import { commandContext } from './command-context.ts'
import type { CommandContext } from './command-context.ts'
import { commands } from './command-list.ts'
import { examples } from './examples.ts'
import { createOutput } from './output/output.ts'
import { packageVersion } from './package-version.ts'
import type { OutputStreams } from './output/output.ts'
import { loadEnvironment, type Environment } from '../app/config/environment.ts'
import { reportFailure } from './output/report-failure.ts'
import { withoutSecrets } from './output/without-secrets.ts'

/** 0 fine, 1 found or failed, 2 usage, 3 a dependency is unreachable. */
export type ExitCode = 0 | 1 | 2 | 3

/** Runs one command line (without node and script) to its end. Never throws. */
export async function main(
  args: readonly string[],
  streams: OutputStreams = process,
  environment: () => Environment = loadEnvironment,
): Promise<ExitCode> {
  surviveClosedPipe(streams)
  let exitCode: ExitCode = 0
  const program = createProgram(streams)
  const output = createOutput(streams, () => program.opts()['json'] === true)
  const exitWith = (code: 0 | 1) => void (exitCode = code)
  const context = commandContext(output, exitWith, environment)
  try {
    await addCommands(program, context, args)
    await program.parseAsync([...args], { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    return reportFailure(error, withoutSecrets('orderledger', ...args), output, isDebugging(context))
  }
}

function createProgram({ stdout, stderr }: OutputStreams): Command {
  return new Command('orderledger')
    .description('An event-sourced order and inventory service.')
    .version(packageVersion(), '--version', 'print the version')
    .option('--json', 'print the result as JSON')
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
    })
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(orderledger --help lists the commands)')
    .exitOverride()
    .addHelpText('after', examples('orderledger doctor', 'orderledger config print --json'))
}

// The command that is called is loaded whole; the others are only named, for --help and for "did you mean".
async function addCommands(program: Command, context: CommandContext, args: readonly string[]): Promise<void> {
  const words = args.filter((arg) => !arg.startsWith('-'))
  const called = words[0] === 'help' ? words[1] : words[0]
  for (const { name, summary, load } of commands) {
    if (name === called) {
      const { register } = await load()
      register(program, context)
    } else {
      program.command(name).description(summary)
    }
  }
}

// `orderledger ... | head` closes our stdout: the reader has what it wanted, and there is nothing to report.
function surviveClosedPipe({ stdout, stderr }: OutputStreams): void {
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0)
      throw error
    })
  }
}

function isDebugging(context: CommandContext): boolean {
  try {
    return context.environment().debug
  } catch {
    // The environment itself is what failed.
    return false
  }
}
