/**
 * The currencies in use and the digits of their minor units, as ISO 4217 lists them (list one, 2026; funds included, metals
 * and test codes not). Browsers and Node round some by custom: they show no fillér of the forint, of which amounts have two.
 */
const BY_DIGITS: readonly (readonly [digits: number, codes: string])[] = [
  [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
  [
    2,
    'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW ' +
      'CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF ' +
      'IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK ' +
      'MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP ' +
      'SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG ' +
      'YER ZAR ZMW ZWG',
  ],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
  [4, 'CLF UYW'],
]

const digits: ReadonlyMap<string, number> = new Map(
  BY_DIGITS.flatMap(([count, codes]) => codes.split(' ').map((code) => [code, count] as const)),
)

export function isCurrency(code: string): boolean {
  return digits.has(code)
}

/** How many digits of an amount in minor units stand behind the point. */
export function currencyDigits(code: string): number {
  const count = digits.get(code)
  if (count === undefined) throw new RangeError(`no currency in use has the code ${code}`)
  return count
}

/** Exact: 2^53 - 1 minor units have more digits than a number of major units. `amount`: digits, perhaps with a minus. */
export function majorUnits(amount: number | bigint | string, code: string): `${number}` {
  const digits = currencyDigits(code)
  const text = String(amount)
  const sign = text.startsWith('-') ? '-' : ''
  const padded = text.slice(sign.length).padStart(digits + 1, '0')
  const whole = padded.slice(0, padded.length - digits)
  const fraction = digits === 0 ? '' : `.${padded.slice(padded.length - digits)}`
  return `${sign}${whole}${fraction}` as `${number}`
}

/** From a plain decimal, as `String` writes a number; null where it has more digits than the currency, or passes 2^53 - 1. */
export function minorUnits(major: string, code: string): number | null {
  const [, whole, fraction = ''] = /^(\d+)(?:\.(\d+))?$/.exec(major) ?? []
  const digits = currencyDigits(code)
  if (whole === undefined || fraction.length > digits) return null
  const amount = Number(whole + fraction.padEnd(digits, '0'))
  return Number.isSafeInteger(amount) ? amount : null
}
