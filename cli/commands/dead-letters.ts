/** Shows the records that could not be handled, tries them again and discards them. */
import { InvalidArgumentError, type Command } from 'commander'
import type { DeadLetterDiscard, DeadLetterList, DeadLetterRetry } from '../../dashboard/api-shapes.ts'
import type { CommandContext } from '../command-context.ts'
import { groupsText, lettersText, letterText, retryText } from '../output/dead-letter-texts.ts'
import { ask, readLetter, readLetters, selected } from '../client/letter-client.ts'
import { examples } from '../examples.ts'
import { wholeNumber } from '../load/options.ts'
import { addServiceOptions, withService, type ServiceOptions } from '../client/service.ts'

interface ListOptions extends ServiceOptions {
  readonly cause?: string
  readonly state?: string
  readonly limit: number
}

interface ActOptions extends ServiceOptions {
  readonly dryRun?: true
}

const CAUSE = 'invalid-json-0a1b2c3d'

export function register(program: Command, context: CommandContext): void {
  const letters = program
    .command('dead-letters')
    .description('show the records that could not be handled, retry or discard them')
    .addHelpText(
      'after',
      examples('orderledger dead-letters list', `orderledger dead-letters retry ${CAUSE} --dry-run`),
    )
  addServiceOptions(
    letters
      .command('list')
      .description('show the failures by cause; with --cause or --state, the letters')
      .option('--cause <cause>', 'only letters with this cause')
      .option('--state <state>', 'only letters in this state: parked, retried, discarded', letterState)
      .option('--limit <n>', 'number of letters', wholeNumber(1, 200), 50),
  )
    .addHelpText('after', examples('orderledger dead-letters list', `orderledger dead-letters list --cause ${CAUSE}`))
    .action((options: ListOptions) =>
      withService(context, options, async (client) => {
        const list: DeadLetterList = await readLetters(client, options)
        const grouped = options.cause === undefined && options.state === undefined
        context.output.result(list, () => (grouped ? groupsText(list) : lettersText(list.items)))
      }),
    )
  addServiceOptions(
    letters
      .command('show')
      .description('show one letter with its bytes, headers and history')
      .argument('<letter>', 'its number', wholeNumber(1, Number.MAX_SAFE_INTEGER)),
  )
    .addHelpText('after', examples('orderledger dead-letters show 1', 'orderledger dead-letters show 1 --json'))
    .action((id: number, options: ServiceOptions) =>
      withService(context, options, async (client) => {
        const letter = await readLetter(client, id)
        context.output.result(letter, () => letterText(letter))
      }),
    )
  addServiceOptions(acting(letters, 'retry', 'retry parked letters, in the order in which their records arrived'))
    .addHelpText('after', '\nExits with 1 if a letter stays parked.')
    .addHelpText(
      'after',
      examples(`orderledger dead-letters retry ${CAUSE} --dry-run`, 'orderledger dead-letters retry 17 18'),
    )
    .action((which: readonly string[], options: ActOptions) =>
      withService(context, options, async (client) => {
        const body = { ...selected(which), dryRun: options.dryRun === true }
        const report = await ask<DeadLetterRetry>(client, '/dead-letters/retry', body)
        context.output.result(report, () => retryText(report))
        if (report.failed > 0 || report.left > 0) context.exitWith(1)
      }),
    )
  addServiceOptions(acting(letters, 'discard', 'discard parked letters; they stay in the table'))
    .addHelpText(
      'after',
      examples(`orderledger dead-letters discard ${CAUSE} --dry-run`, 'orderledger dead-letters discard 17'),
    )
    .action((which: readonly string[], options: ActOptions) =>
      withService(context, options, async (client) => {
        const body = { ...selected(which), dryRun: options.dryRun === true }
        const { dryRun, discarded } = await ask<DeadLetterDiscard>(client, '/dead-letters/discard', body)
        const words = dryRun ? 'would be discarded' : 'discarded'
        context.output.result({ dryRun, discarded }, () => `${String(discarded)} ${words}`)
      }),
    )
}

function acting(letters: Command, name: string, description: string): Command {
  return letters
    .command(name)
    .description(description)
    .argument('<which...>', 'a cause, as `dead-letters list` shows it, or letter numbers')
    .option('--dry-run', 'dry run: only say what would happen')
}

function letterState(text: string): string {
  if (['parked', 'retried', 'discarded'].includes(text)) return text
  throw new InvalidArgumentError('one of parked, retried, discarded')
}
