/** A mail as its reader sees it, in a frame of its own: without scripts, and with nothing from elsewhere. */
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import { dress, safeMail } from './safe-mail.ts'

export function MailFrame({ html, title }: { readonly html: string; readonly title: string }) {
  const frame = useRef<HTMLIFrameElement>(null)
  const mail = useMemo(() => safeMail(html), [html])
  useLayoutEffect(() => {
    if (frame.current !== null) frame.current.srcdoc = mail.html
  }, [mail])
  useLayoutEffect(() => {
    addEventListener('resize', fit)
    return () => removeEventListener('resize', fit)
  }, [])

  /** As high as the mail is. */
  function fit(): void {
    const shown = frame.current?.contentDocument
    if (!frame.current || !shown) return
    frame.current.style.height = ''
    frame.current.style.height = `${String(shown.documentElement.scrollHeight)}px`
  }

  return (
    <iframe
      ref={frame}
      class="mail"
      title={title}
      // Ours to look into, and to set styles in; scripts run nowhere in it.
      sandbox="allow-same-origin"
      onLoad={({ currentTarget: { contentDocument } }) => {
        if (contentDocument === null) return
        dress(contentDocument, mail)
        fit()
      }}
    />
  )
}
