/** A command line as it may be shown: without the secret of --token, and without the passwords of URLs. */
export function withoutSecrets(...args: readonly string[]): string {
  const hidden = args.map((arg, index) => {
    if (args[index - 1] === '--token') return '***'
    return arg.replace(/^--token=.*/s, '--token=***').replace(/:\/\/[^/\s]*@/, '://***@')
  })
  return hidden.join(' ')
}
