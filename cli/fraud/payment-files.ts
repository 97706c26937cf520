/** Reads files of payments and of labels, and tables of rules, for those who score or train. */
import { readFileSync } from 'node:fs'
import { StartFailure } from '../../app/start-failure.ts'
import { parsePaymentLine, type PaymentLabel, type PaymentLine } from '../../insights/fraud/payment-line.ts'
import { shippedTable } from '../../insights/fraud/shipped-tables.ts'
import { parseTable, type FraudTable } from '../../insights/fraud/table.ts'
import { readLines, unreadable } from '../files/json-lines.ts'

/** In the order of their times. Rejects with a StartFailure: the file cannot be read, or a line is no payment. */
export async function paymentsOf(file: string): Promise<readonly PaymentLine[]> {
  const lines: PaymentLine[] = []
  for await (const { number, value } of valuesOf(file)) {
    const line = parsePaymentLine(value)
    if (typeof line === 'string') throw damaged(file, `line ${String(number)} ${line}`)
    const last = lines.at(-1)
    if (last !== undefined && Date.parse(last.at) > Date.parse(line.at))
      throw damaged(file, `line ${String(number)} is earlier than the one before it`)
    lines.push(line)
  }
  return lines
}

/** By order. Rejects with a StartFailure. */
export async function labelsOf(file: string): Promise<ReadonlyMap<string, PaymentLabel>> {
  const labels = new Map<string, PaymentLabel>()
  for await (const { number, value } of valuesOf(file)) {
    const label = value as Partial<PaymentLabel> | null
    if (typeof label?.orderId !== 'string' || typeof label.fraud !== 'boolean')
      throw damaged(file, `line ${String(number)} has no orderId with fraud true or false`)
    labels.set(label.orderId, label as PaymentLabel)
  }
  return labels
}

async function* valuesOf(
  file: string,
): AsyncGenerator<{ readonly number: number; readonly value: unknown }, void, undefined> {
  try {
    for await (const { number, bytes } of readLines(file)) {
      try {
        yield { number, value: JSON.parse(bytes.toString()) as unknown }
      } catch (error) {
        if (error instanceof SyntaxError) throw damaged(file, `line ${String(number)} is not JSON`)
        throw error
      }
    }
  } catch (error) {
    throw error instanceof StartFailure ? error : unreadable(file, error)
  }
}

/** The table of a number that comes with this release, or of a file. Throws a StartFailure. */
export function tableNamed(name: string): FraudTable {
  const text = shippedTable(name) ?? textOfFile(name)
  const parsed = parseTable(text)
  if ('table' in parsed) return parsed.table
  throw damaged(name, parsed.wrong)
}

function textOfFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw unreadable(file, error)
  }
}

function damaged(file: string, what: string): StartFailure {
  return new StartFailure({
    code: 'unreadable-file',
    exitCode: 1,
    what,
    tried: `to read ${file}`,
    next: 'correct the file',
  })
}

/** For people. */
export function percent(value: number | null): string {
  return value === null ? 'not known' : `${(value * 100).toFixed(1)} %`
}
