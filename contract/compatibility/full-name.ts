/** Names of Avro types and fields, as the specification allows them. */

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

export interface FullName {
  /** The namespace and the name. */
  readonly full: string
  readonly namespace: string | null
  readonly short: string
}

/** A name with a dot brings its own namespace (`.Name`: none); any other takes the one it stands in. */
export function fullName(name: string, around: string | null): FullName {
  const dot = name.lastIndexOf('.')
  const given = dot < 0 ? around : name.slice(0, dot)
  const namespace = given === '' ? null : given
  const short = name.slice(dot + 1)
  return { full: namespace === null ? short : `${namespace}.${short}`, namespace, short }
}

export function isName(text: string): boolean {
  return NAME.test(text)
}

/** Every part of it must be a name. */
export function isFullName(text: string): boolean {
  return text.split('.').every(isName)
}
