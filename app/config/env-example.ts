/** The content of `.env.example`, made from the table of variables. */
import { allVariables } from './variables.ts'

export function envExample(): string {
  const header = [
    '# Made by `orderledger config example`. Copy it to .env and uncomment what you change; the real environment wins over .env.',
    '# Secrets are also read from the file that <NAME>_FILE names.',
  ]
  const blocks = allVariables
    .filter(({ kind }) => kind !== 'hook')
    .map(({ name, about, kind, fallbackText }) => {
      const typed = kind === 'secret' || fallbackText.includes(' ') ? '' : fallbackText
      const unset = typed === '' ? ` Unset: ${fallbackText}.` : ''
      return [`# ${about}${unset}`, `# ${name}=${typed}`].join('\n')
    })
  return `${[header.join('\n'), ...blocks].join('\n\n')}\n`
}
