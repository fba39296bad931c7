import { useState, type FormEvent } from 'react'
import { signIn } from '~/api/auth'
import { ENDPOINT } from '~/api/client'
import { Logo } from '~/app/logo'
import { Button, Input, Labeled } from '~/ui/parts'
import css from './view.module.css'

/** Why a token was not accepted; null if it was. */
async function refusalOf(token: string): Promise<string | null> {
  try {
    const response = await fetch(ENDPOINT, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ viewer { name } }' }),
    })
    if (response.status === 401) return 'This token is not valid: it is mistyped, has expired or was revoked.'
    const { errors } = (await response.json()) as { errors?: { message: string }[] }
    return errors?.[0]?.message ?? null
  } catch {
    return 'The server did not respond. Check the connection, then try again.'
  }
}

export function SignIn() {
  const [value, setValue] = useState('')
  const [refusal, setRefusal] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)

  async function submit(event: FormEvent) {
    event.preventDefault()
    setBusy(true)
    const token = value.trim()
    const found = await refusalOf(token)
    setBusy(false)
    setRefusal(found)
    if (!found) signIn(token)
  }

  return (
    <main className={css.page}>
      <div className={css.box}>
        <h1 className={css.brand}><Logo size={32} />Ballroom</h1>
        <p>See which features your customers value, and which release changed that.</p>
        <form className={css.form} onSubmit={(event) => void submit(event)}>
          <Labeled label="Access token" hint="The server prints one at its first start; administrators create more in Settings.">
            <Input type="password" autoComplete="off" spellCheck={false} required value={value} placeholder="ballroom_…"
              aria-invalid={refusal !== null} aria-describedby="refusal" onChange={(event) => setValue(event.target.value)} />
          </Labeled>
          {refusal && <p id="refusal" role="alert" className={css.error}>{refusal}</p>}
          <Button type="submit" kind="primary" disabled={busy || !value.trim()}>{busy ? 'Signing in…' : 'Sign in'}</Button>
        </form>
        <p className={css.hint}>The token is kept in this tab only, and forgotten when it is closed.</p>
      </div>
    </main>
  )
}
