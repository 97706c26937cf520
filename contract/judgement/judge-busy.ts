/** Too many wait, or the machine is too busy: nothing is said against the schema. Asking again may help. */
export class JudgeBusy extends Error {
  readonly code = 'judge-busy'
  readonly retriable = true
  /** `queue`: it was not looked at. `deadline`: it was, and took too long; anyone who keeps asking should count these. */
  readonly why: 'queue' | 'deadline'
  override readonly name = 'JudgeBusy'

  constructor(why: JudgeBusy['why'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.why = why
  }
}
