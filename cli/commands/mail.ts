/** Shows mails and text messages as customers get them, with made-up values. */
import { writeFileSync } from 'node:fs'
import { Argument, Option, type Command } from 'commander'
import { StartFailure } from '../../app/start-failure.ts'
import { languages, render, templateNames, type Rendered, type TemplateName } from '../../reactors/mail/render.ts'
import { samples } from '../output/mail-samples.ts'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import { table } from '../output/output.ts'

interface PreviewOptions {
  readonly language: string
  readonly html?: true
  readonly text?: true
  readonly sms?: true
  readonly output?: string
}

const details = `
The templates are the files of reactors/mail/templates/. Without TEMPLATE it lists them. Without --html, --text or --sms
the subject, the text and the text message are printed.`

export function register(program: Command, context: CommandContext): void {
  const mail = program
    .command('mail')
    .description('show the mails that customers get')
    .addHelpText(
      'after',
      examples('orderledger mail preview', 'orderledger mail preview order-confirmed --language fr'),
    )
  mail
    .command('preview')
    .description('render a template with made-up values')
    .addArgument(new Argument('[TEMPLATE]', 'which one').choices(templateNames))
    .option('--language <tag>', `of the customer (BCP 47); all but ${languages.join(' and ')} fall back to en`, 'en')
    .addOption(new Option('--html', 'the HTML alone').conflicts(['text', 'sms']))
    .addOption(new Option('--text', 'the text alone').conflicts(['html', 'sms']))
    .addOption(new Option('--sms', 'the text message alone').conflicts(['html', 'text']))
    .option('-o, --output <file>', 'write it to a file')
    .addHelpText('after', details)
    .addHelpText(
      'after',
      examples(
        'orderledger mail preview order-confirmed',
        'orderledger mail preview order-dispatched --html -o mail.html',
      ),
    )
    .action((template: TemplateName | undefined, options: PreviewOptions) => {
      if (template === undefined) list(context, options)
      else preview(context, template, options)
    })
}

function list({ output }: CommandContext, { language }: PreviewOptions): void {
  const rows = templateNames.map((template) => {
    const { subject, sms } = render(template, language, samples[template])
    return { template, subject, sms: sms !== null }
  })
  output.result(rows, () =>
    table(
      ['template', 'text message', 'subject'],
      rows.map(({ template, subject, sms }) => [template, sms ? 'yes' : 'no', subject]),
    ),
  )
}

function preview({ output }: CommandContext, template: TemplateName, options: PreviewOptions): void {
  const { language } = options
  const rendered = render(template, language, samples[template])
  const shown = shownOf(template, rendered, options)
  if (options.output === undefined) {
    output.result({ template, language, ...rendered }, () => shown.trimEnd())
    return
  }
  try {
    writeFileSync(options.output, shown)
  } catch (error) {
    throw new StartFailure({
      code: 'cannot-write',
      exitCode: 2,
      what: `${options.output} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      tried: `to write ${template} to it`,
      next: 'name a file in an existing folder, or leave out -o',
    })
  }
  output.note(`✔ ${options.output}`)
}

function shownOf(template: TemplateName, rendered: Rendered, { html, text, sms }: PreviewOptions): string {
  if (html === true) return rendered.html
  if (text === true) return rendered.text
  const message = rendered.sms
  if (sms !== true) {
    return `Subject: ${rendered.subject}\n\n${rendered.text}${message === null ? '' : `\nText message:\n${message}\n`}`
  }
  if (message !== null) return `${message}\n`
  throw new StartFailure({
    code: 'no-text-message',
    exitCode: 2,
    what: `${template} is sent by mail alone`,
    tried: 'to render its text message',
    next: 'orderledger mail preview lists which templates have one',
  })
}
