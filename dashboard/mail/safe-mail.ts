/**
 * Makes a mail safe to show. Names of customers and products and the words of people stand in mails, so nothing in their
 * HTML is trusted: elements and attributes are copied by name, and whatever is not named here is left out: scripts,
 * forms, frames, addresses of links, pictures and anything else that would be loaded. The document goes into a frame
 * without scripts, under the policy of the page. That policy refuses styles in markup, so they are taken out, and set
 * by the object model when the frame has loaded: `dress`.
 */
export interface SafeMail {
  /** For `srcdoc`, through the one policy that Trusted Types let through. */
  readonly html: string
  /** What style attributes said; `data-style` of an element is the place of its own. */
  readonly styles: readonly string[]
  readonly sheets: readonly string[]
}

/** Gone with all that is in them. */
const NOT_SHOWN = new Set(
  'audio base canvas datalist embed iframe link math meta noscript object script select style svg template textarea title video'.split(
    ' ',
  ),
)
/** Of others only the content is kept. */
const ELEMENTS = new Set(
  'a abbr address article aside b blockquote br caption center cite code col colgroup dd div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i li main ol p pre q s section small span strong sub sup table tbody td tfoot th thead tr u ul'.split(
    ' ',
  ),
)
const ATTRIBUTES = ['class', 'lang', 'dir', 'title', 'align', 'colspan', 'rowspan', 'start'] as const

export function safeMail(html: string): SafeMail {
  const sheets: string[] = []
  const styles: string[] = []
  const source = new DOMParser().parseFromString(trusted(withoutStyles(html, sheets)), 'text/html')
  const made = document.implementation.createHTMLDocument('')
  const copies = (from: Node, to: Element): void => {
    for (const node of from.childNodes) {
      if (node instanceof Text) to.append(node.data)
      else if (node instanceof Element) copy(node, to)
    }
  }
  const copy = (element: Element, to: Element): void => {
    const name = element.localName
    if (NOT_SHOWN.has(name)) return
    if (name === 'img') return to.append(element.getAttribute('alt') ?? '')
    if (!ELEMENTS.has(name)) return copies(element, to)
    const copied = made.createElement(name)
    for (const attribute of ATTRIBUTES) {
      const value = element.getAttribute(attribute)
      if (value !== null) copied.setAttribute(attribute, value)
    }
    const style = element.getAttribute('data-style')
    if (style !== null) copied.setAttribute('data-style', String(styles.push(style) - 1))
    to.append(copied)
    copies(element, copied)
  }
  copies(source.body, made.body)
  made.documentElement.lang = source.documentElement.lang
  return { html: trusted(`<!doctype html>${made.documentElement.outerHTML}`), styles, sheets }
}

/** Sets in the loaded frame what the mail says about its looks, as far as nothing is loaded for it. */
export function dress(framed: Document, { styles, sheets }: SafeMail): void {
  for (const element of framed.querySelectorAll<HTMLElement>('[data-style]')) {
    element.style.cssText = styles[Number(element.dataset['style'])] ?? ''
    keepPlain(element.style)
  }
  const Sheet = framed.defaultView?.CSSStyleSheet
  if (Sheet === undefined) return
  framed.adoptedStyleSheets = sheets.map((text) => {
    const sheet = new Sheet()
    sheet.replaceSync(text)
    keepPlainRules(sheet)
    return sheet
  })
}

/** Before anything reads it as HTML: a browser says of each style, handler and base in markup that the policy refuses it. */
function withoutStyles(html: string, sheets: string[]): string {
  return html
    .replace(/<style\b[^>]*>(.*?)<\/style\s*>/gis, (_, text: string) => {
      sheets.push(text)
      return ''
    })
    .replace(/<base\b/gi, '<no-base')
    .replace(/<[a-z](?:"[^"]*"|'[^']*'|[^>"'])*>/gi, (tag) =>
      tag.replace(/([\s"'/])(style|on[a-z]+)(?=\s*=)/gi, '$1data-$2'),
    )
}

/** The functions of CSS that load nothing. */
const FUNCTIONS = new Set(['calc', 'clamp', 'hsl', 'hsla', 'linear-gradient', 'max', 'min', 'rgb', 'rgba'])

function keepPlain(style: CSSStyleDeclaration): void {
  for (const name of [...style]) {
    const value = style.getPropertyValue(name)
    const used = [...value.matchAll(/([\w-]*)\(/g)].map(([, called = '']) => called.toLowerCase())
    // What a variable comes to is not known yet: its value is empty here.
    if (name.startsWith('--') || value === '' || !used.every((called) => FUNCTIONS.has(called)))
      style.removeProperty(name)
  }
}

function keepPlainRules(rules: Pick<CSSStyleSheet, 'cssRules' | 'deleteRule'>): void {
  for (let index = rules.cssRules.length - 1; index >= 0; index--) {
    const rule = rules.cssRules[index]
    const isStyle = rule !== undefined && 'selectorText' in rule && 'style' in rule
    const isGroup = rule !== undefined && 'media' in rule && 'deleteRule' in rule
    if (isStyle) keepPlain((rule as CSSStyleRule).style)
    if (isStyle || isGroup) keepPlainRules(rule as CSSStyleRule | CSSMediaRule)
    else rules.deleteRule(index)
  }
}

interface TrustedTypes {
  createPolicy(name: string, rules: { createHTML(html: string): string }): { createHTML(html: string): unknown }
}

let policy: ReturnType<TrustedTypes['createPolicy']> | null = null

/**
 * The page may make this one policy, once. It lets two things through: a mail into a document that nobody sees and that
 * loads and runs nothing, and the copy of it that was made element by element.
 */
function trusted(html: string): string {
  const types = (globalThis as { readonly trustedTypes?: TrustedTypes }).trustedTypes
  if (types === undefined) return html
  policy ??= types.createPolicy('mail', { createHTML: (text) => text })
  // The types of the DOM know no other markup than text.
  return policy.createHTML(html) as string
}
