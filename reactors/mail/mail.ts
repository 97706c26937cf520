/**
 * Tells customers by mail, and some by text message, what became of their orders, and operators what sells out. Each step
 * has one Message-ID, and what became of it is recorded once; an outage delays messages and loses none (outage.ts).
 */
import {
  CHANNELS,
  notification,
  recordNotification,
  type Channel,
  type RecordNotification,
} from '../../domain/notification.ts'
import type { CustomerId, Timestamp } from '../../domain/values.ts'
import {
  AT_ONCE,
  reactor,
  SETTLED,
  type Acting,
  type DueCause,
  type Reactor,
  type Settled,
  type Skip,
} from '../reactor.ts'
import { ChannelCourse } from './channel.ts'
import { SETTLES_MS, type ReadStockFalls, type StockFalls } from '../operator/stock-falls.ts'
import { messageIdOf, type Mailer, type SendOutcome } from './mailer.ts'
import { channelsOf, messageOf, subjectOf, TOLD, wantedBy, type Message, type Wanted } from './messages.ts'
import { newStanding, type Standing } from './outage.ts'
import type { Texter } from './sms.ts'

export interface MailParts {
  readonly mailer: Mailer
  /** It shows mails and sends them nowhere. */
  readonly simulated: boolean
  readonly texter: Texter
  /** Where operators get mail; null: they get none. */
  readonly operator: string | null
  readonly stockFalls: ReadStockFalls
}

/** Of an operator, where customers have an id. */
const OPERATOR = 'operator'
/** After the address of the operators was refused. */
const OPERATOR_AGAIN_MS = 3_600_000
const MINUTE_MS = 60_000

const NO_FALLS: StockFalls = { count: 0, first: [] }

/** What is kept while a message waits. `customerId`: for those who ask what waits for a customer. */
type Kept = Wanted & { readonly customerId?: CustomerId | null; readonly standing?: Standing }

export function mail(parts: MailParts): Reactor {
  const courses: Readonly<Record<Channel, ChannelCourse>> = { email: new ChannelCourse(), sms: new ChannelCourse() }
  return reactor({
    name: 'mail',
    handles: TOLD,
    // Products that fall below their reorder points: the first in a minute has a mail for all of them, once it is over.
    windowMs: MINUTE_MS,
    meaning(event, { count }) {
      const wanted = wantedBy(event, () => count({ name: 'stock-fell-below', units: 1, limit: 0 }))
      if (wanted === null) return null
      const kept: Kept = { ...wanted, customerId: 'customerId' in event ? event.customerId : null }
      return channelsOf(wanted).map((channel) => ({
        due: wanted.template === 'stock-fell-below' ? wanted.minute.to + SETTLES_MS : AT_ONCE,
        part: CHANNELS.indexOf(channel),
        detail: { ...kept },
      }))
    },
    async act(cause, acting) {
      const settled = await tell(parts, courses, cause, acting)
      const { email, sms } = courses
      acting.outside(
        email.outage !== null
          ? `no mail is taken: ${email.outage}`
          : sms.outage === null
            ? null
            : `no text message is taken: ${sms.outage}`,
      )
      return settled
    },
    pace: { perSecond: Infinity, repeatsPerSecond: 200, atOnce: 64 },
    holdsBack: 'stream',
    gathers: false,
    actsOutside: true,
  })
}

export const skipMail: Skip = ({ stream, part, cause, detail }) => {
  const wanted = keptOf(detail)
  if (wanted.template === 'reactor-stuck') return null
  const outcome = { status: 'failed', reason: 'skipped' } as const
  return (read) =>
    recordNotification({ ...subjectOf(stream, wanted, read), ...aboutOf(cause, part, wanted), outcome }, read)
}

async function tell(
  parts: MailParts,
  courses: Readonly<Record<Channel, ChannelCourse>>,
  { stream, position, part, cause, detail }: DueCause,
  { at, look, ask, effect }: Acting,
): Promise<Settled> {
  const { standing: kept = newStanding(at), ...wanted } = keptOf(detail)
  const about = aboutOf(cause, part, wanted)
  const { channel } = about
  const course = courses[channel]
  const taken = performance.now()
  const now = () => at + Math.floor(performance.now() - taken)

  const falls =
    wanted.template === 'stock-fell-below' && parts.operator !== null
      ? await parts.stockFalls(wanted.minute, position)
      : NO_FALLS
  const found = await look((read) => ({
    recorded: read(notification, cause)[channel] !== undefined,
    message: messageOf({ stream, wanted, channel, operator: parts.operator, falls }, read),
  }))
  const { message } = found
  if (found.recorded || message === null) {
    course.forget(position)
    return SETTLED
  }
  const { orderId, customerId } = message
  const record = async (outcome: RecordNotification['outcome']): Promise<Settled> => {
    if (wanted.template === 'reactor-stuck') return unrecorded(wanted, outcome, at)
    await ask((read) => recordNotification({ ...about, orderId, customerId, outcome }, read))
    return SETTLED
  }
  const again = ({ inMs, standing }: { readonly inMs: number; readonly standing: Standing }): Settled => ({
    outcome: 'again',
    inMs,
    detail: { ...wanted, standing },
  })

  const admitted = course.admit(position, kept, now())
  if (admitted.then === 'wait') return again(admitted)
  if (admitted.then === 'fail') return record({ status: 'failed', reason: admitted.reason })
  const sending = { position, addressee: customerId ?? OPERATOR, standing: admitted.standing, began: now() }
  let outcome: SendOutcome
  try {
    outcome = await effect(() => send(parts, about, message))
  } catch (error) {
    course.forget(position)
    throw error
  }
  const became = course.judged(sending, outcome, now())
  switch (became.then) {
    case 'sent':
      return record({ status: 'sent', simulated: channel === 'email' ? parts.simulated : parts.texter.simulated })
    case 'fail':
      return record({ status: 'failed', reason: became.reason })
    case 'wait':
      return again(became)
  }
}

/** No event of the shop asked for it, so none says what became of it: where it is refused, it is tried again without end. */
function unrecorded(wanted: Wanted, outcome: RecordNotification['outcome'], at: Timestamp): Settled {
  if (outcome.status === 'sent') return SETTLED
  const standing = { ...newStanding(at), reason: outcome.reason }
  return { outcome: 'again', inMs: OPERATOR_AGAIN_MS, detail: { ...wanted, standing } }
}

type About = Pick<RecordNotification, 'causeId' | 'channel' | 'template'>

async function send({ mailer, texter }: MailParts, about: About, message: Message): Promise<SendOutcome> {
  const { causeId, channel, template } = about
  const { to, orderId } = message
  const { subject, text, html, sms } = message.render()
  if (channel === 'email') {
    return mailer.send({ messageId: messageIdOf(causeId, template), to, subject, text, html, template, orderId })
  }
  if (sms === null) throw new Error(`the template ${template} has no text message`)
  return texter.send({ key: `${causeId}.${template}`, to, text: sms })
}

function aboutOf(causeId: string, part: number, { template }: Wanted): About {
  const channel = CHANNELS[part]
  if (channel === undefined) throw new Error(`no channel has the number ${part}`)
  return { causeId, channel, template }
}

/** As `meaning` and `tell` wrote it. */
function keptOf(detail: DueCause['detail']): Kept {
  if (detail === null || !('template' in detail)) throw new Error('a cause of mail names no template')
  return detail as Kept
}
