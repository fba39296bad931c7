import { useState, type FormEvent } from 'react'
import { signIn, singleSignOn } from '~/api/auth'
import { Logo } from '~/app/logo'
import { Button, Input, Labeled } from '~/ui/parts'
import { Message } from '~/ui/states'
import css from './view.module.css'

interface Props {
  openIdConnect: boolean
  /** Why the reader is here, if not for the first time. */
  why: string | null
}

export default function SignIn({ openIdConnect, why }: Props) {
  const [refusal, setRefusal] = useState(why)
  const [byToken, setByToken] = useState(!openIdConnect)
  return (
    <main className={css.page}>
      <div className={css.box}>
        <h1 className={css.brand}><Logo size={32} />Ballroom</h1>
        <p>See which features your customers value, and which release changed that.</p>
        {refusal && <p id="refusal" role="alert" className={css.error}><Message text={refusal} /></p>}
        {openIdConnect && (
          <a className={css.sso} href={singleSignOn()}>Sign in</a>
        )}
        {byToken
          ? <TokenForm main={!openIdConnect} refused={refusal !== null} onRefused={setRefusal} />
          : <Button kind="ghost" onClick={() => setByToken(true)}>Sign in with an access token</Button>}
      </div>
    </main>
  )
}

function TokenForm({ main, refused, onRefused }: { main: boolean; refused: boolean; onRefused: (why: string | null) => void }) {
  const [value, setValue] = useState('')
  const [busy, setBusy] = useState(false)

  async function submit(event: FormEvent) {
    event.preventDefault()
    setBusy(true)
    const found = await signIn(value.trim())
    setBusy(false)
    onRefused(found)
  }

  return (
    <form className={css.form} onSubmit={(event) => void submit(event)}>
      <Labeled label="Access token" hint="The server prints one at its first start; administrators create more in Settings.">
        <Input type="password" autoComplete="off" spellCheck={false} required value={value} placeholder="ballroom_…"
          aria-invalid={refused} aria-describedby={refused ? 'refusal' : undefined} onChange={(event) => setValue(event.target.value)} />
      </Labeled>
      <Button type="submit" kind={main ? 'primary' : 'plain'} disabled={busy || !value.trim()}>{busy ? 'Signing in…' : 'Sign in'}</Button>
      <p className={css.hint}>Operators of the server can print a sign-in link: <code>ballroom sign-in</code></p>
    </form>
  )
}
