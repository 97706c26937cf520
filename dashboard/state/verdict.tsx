/** How the service stands: five parts, and a sentence for each that is not in order. */
import { line, useTopic } from '../following.ts'
import { t } from '../texts/text.ts'
import { Chip } from '../parts/notes.tsx'
import { verdictOf } from './verdict-parts.ts'

const KINDS = { fine: 'good', trouble: 'bad', unknown: 'quiet', without: 'quiet' } as const

export function Verdict() {
  const lag = useTopic('lag').value?.items[0] ?? null
  const reactors = useTopic('reactors').value?.items ?? null
  const { status, age } = line.value
  const isHere = status === 'connecting' && age === null ? null : status === 'live' || status === 'polling'
  const parts = verdictOf({ isHere, lag, reactors })
  return (
    <section class="verdict" aria-label={t('frame.verdict')}>
      <ul>
        {parts.map(({ part, state }) => (
          <li key={part}>
            <Chip kind={KINDS[state]}>
              {t(`frame.verdict.${part}`)} <span class="dim">{t(`frame.verdict.${state}`)}</span>
            </Chip>
          </li>
        ))}
      </ul>
      {parts.flatMap(({ part, sentences }) =>
        sentences.map((sentence) => (
          <p key={`${part} ${sentence}`} class="trouble-text">
            {sentence}
          </p>
        )),
      )}
    </section>
  )
}
