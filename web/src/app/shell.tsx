import { Outlet, useNavigate, useParams, useRouterState } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { useMutation, useQuery } from 'urql'
import { signOut } from '~/api/auth'
import type { Live } from '~/api/live'
import { capital, VocabularyContext, wordsOf, type Vocabulary } from '~/format/vocabulary'
import { Button } from '~/ui/parts'
import { ErrorPanel, Skeleton } from '~/ui/states'
import { useKeys, type Key } from './keys'
import { LiveContext, useConnection } from './live'
import { Brand, Navigation } from './navigation'
import Palette, { type Entry } from './palette'
import { SessionContext, type Session, useSession } from './session'
import { PreferVocabulary, SessionQuery } from './session.query'
import css from './shell.module.css'
import { cycleTheme } from './theme'

// They are no part of the first view. The palette is: who calls it goes on typing, and no letter may be lost.
const LATER = [() => import('./keys-dialog'), () => import('./query-dialog')] as const
const [KeysDialog, QueryDialog] = [lazy(LATER[0]), lazy(LATER[1])]

/** A customer sees nothing but their own. */
const Own = lazy(() => import('~/screen/own/view'))

/** Milliseconds after which even a busy page does what can wait. */
const PATIENCE = 2000
const LAST_PRODUCT = 'ballroom.product'
const VOCABULARY = 'ballroom.vocabulary'

/** The frame of every screen: it loads the session, then shows navigation and the screen. */
export function Shell() {
  const [{ data, error }, execute] = useQuery({ query: SessionQuery })
  if (data?.viewer?.role === 'CUSTOMER') return <VocabularyContext value={data.viewer.vocabulary}><Suspense><Own /></Suspense></VocabularyContext>
  if (data?.viewer && data.organization) return <Ready session={sessionOf(data.viewer, data.organization, data)} />
  return (
    <main className={css.main}>
      {error ? <><ErrorPanel error={error} retry={() => execute({ requestPolicy: 'network-only' })} /><p className={css.away}><Button icon="out" onClick={() => void signOut()}>Sign in as someone else</Button></p></> : <Skeleton rows={8} />}
    </main>
  )
}

type Lists = { [Name in 'products' | 'teams' | 'segments' | 'scales']: { nodes: Session[Name] } | null }

function sessionOf(viewer: Session['viewer'], organization: Session['organization'], data: Lists): Session {
  const { products, teams, segments, scales } = data
  return {
    viewer, organization,
    products: products?.nodes ?? [], teams: teams?.nodes ?? [], segments: segments?.nodes ?? [], scales: scales?.nodes ?? [],
  }
}

/** Does what can wait when the page has nothing else to do; tells how to cancel it. */
function whenIdle(run: () => void): () => void {
  // Safari has no idle callbacks.
  if (!('requestIdleCallback' in window)) {
    const timer = setTimeout(run, PATIENCE / 4)
    return () => clearTimeout(timer)
  }
  const idle = requestIdleCallback(run, { timeout: PATIENCE })
  return () => cancelIdleCallback(idle)
}

function useLive(cursor: string): Live | null {
  const [live, setLive] = useState<Live | null>(null)
  const start = useRef(cursor)
  useEffect(() => {
    let made: Live | null = null
    let gone = false
    // What happens from the cursor on is told afterwards, so it can wait until the first view is there.
    const cancel = whenIdle(() => void import('~/api/live').then(({ Live: Connected }) => {
      if (gone) return
      made = new Connected(start.current)
      setLive(made)
    }))
    return () => {
      gone = true
      cancel()
      made?.close()
    }
  }, [])
  return live
}

function Ready({ session }: { session: Session }) {
  const live = useLive(session.organization.feedCursor)
  const isMember = session.viewer.member !== null && session.viewer.scope === 'FULL'
  const [, prefer] = useMutation(PreferVocabulary)
  const [vocabulary, setVocabulary] = useState<Vocabulary>(
    // A member's choice is kept by the server, and is the same on every device; else this browser keeps it.
    () => (isMember ? null : (localStorage.getItem(VOCABULARY) as Vocabulary | null)) ?? session.viewer.vocabulary,
  )
  function chooseVocabulary(next: Vocabulary) {
    setVocabulary(next)
    if (isMember) void prefer({ input: { vocabulary: next } })
    else localStorage.setItem(VOCABULARY, next)
  }
  return (
    <SessionContext value={session}>
      <VocabularyContext value={vocabulary}>
        <LiveContext value={live}>
          <Frame vocabulary={vocabulary} onVocabulary={chooseVocabulary} />
        </LiveContext>
      </VocabularyContext>
    </SessionContext>
  )
}

export function useLastProduct(): string | null {
  const { products } = useSession()
  const { product } = useParams({ strict: false })
  const last = localStorage.getItem(LAST_PRODUCT)
  if (product) return product
  return products.find(({ key }) => key === last)?.key ?? products[0]?.key ?? null
}

type Open = 'palette' | 'keys' | 'query' | null

function Frame({ vocabulary, onVocabulary }: { vocabulary: Vocabulary; onVocabulary: (vocabulary: Vocabulary) => void }) {
  const navigate = useNavigate()
  const product = useLastProduct()
  const path = useRouterState({ select: (state) => state.location.pathname })
  const [open, setOpen] = useState<Open>(null)
  const [menu, setMenu] = useState(false)
  const connection = useConnection()

  useEffect(() => {
    if (product) localStorage.setItem(LAST_PRODUCT, product)
  }, [product])
  useEffect(() => {
    return whenIdle(() => { for (const load of LATER) void load() })
  }, [])
  const main = useRef<HTMLElement>(null)
  const earlier = useRef(path)
  useEffect(() => {
    if (earlier.current === path) return
    earlier.current = path
    setMenu(false)
    main.current?.focus({ preventScroll: true })
  }, [path])

  const keys = useScreenKeys(product, vocabulary, setOpen)
  useKeys(keys, () => setOpen('palette'))
  const screens: Entry[] = keys.filter(({ keys: pressed }) => pressed !== '/').map(({ keys: pressed, label, run }) => ({ id: pressed.replace(' ', '-'), icon: 'right', title: label, detail: pressed, run }))

  return (
    <div className={menu ? `${css.shell} ${css.open}` : css.shell}>
      <a className={css.skip} href="#main">Skip to the content</a>
      <header className={css.top}>
        <Button kind="ghost" icon="menu" aria-label="Menu" aria-expanded={menu} onClick={() => setMenu(!menu)} />
        <Brand />
        <Button kind="ghost" icon="search" aria-label="Find" onClick={() => setOpen('palette')} />
      </header>
      <Navigation product={product} vocabulary={vocabulary} onVocabulary={onVocabulary}
        onProduct={(key) => void navigate({ to: '/p/$product/value', params: { product: key } })}
        onFind={() => setOpen('palette')} onKeys={() => setOpen('keys')} onQuery={() => setOpen('query')} />
      {menu && <button type="button" className={css.veil} aria-label="Close the menu" onClick={() => setMenu(false)} />}
      <div>
        {connection === 'lost' && (
          <p className={css.lostBar} role="alert">The connection is lost. Reconnecting; no event will be missed.</p>
        )}
        <main id="main" ref={main} tabIndex={-1} className={css.main}><Outlet /></main>
      </div>
      {open === 'palette' && <Palette product={product ?? ''} screens={screens} onClose={() => setOpen(null)} />}
      <Suspense>
        {open === 'keys' && <KeysDialog keys={keys} onClose={() => setOpen(null)} />}
        {open === 'query' && <QueryDialog onClose={() => setOpen(null)} />}
      </Suspense>
    </div>
  )
}

function useScreenKeys(product: string | null, vocabulary: Vocabulary, open: (what: Open) => void): Key[] {
  const navigate = useNavigate()
  return useMemo(() => {
    const words = wordsOf(vocabulary)
    const noun = (word: Parameters<typeof words>[0]) => capital(words(word))
    const keys: Key[] = [
      { keys: '/', label: 'Find', run: () => open('palette') },
      { keys: '?', label: 'Keyboard shortcuts', run: () => open('keys') },
      { keys: 'q', label: 'Show the query', run: () => open('query') },
      { keys: 't', label: 'Change the theme', run: cycleTheme },
      { keys: 'g n', label: 'Inbox', run: () => void navigate({ to: '/inbox' }) },
      { keys: 'g d', label: 'Calendar', run: () => void navigate({ to: '/calendar' }) },
      { keys: 'g o', label: 'Overview', run: () => void navigate({ to: '/overview' }) },
      { keys: 'g p', label: 'Reports', run: () => void navigate({ to: '/reports' }) },
      { keys: 'g l', label: 'Live', run: () => void navigate({ to: '/live' }) },
      { keys: 'g u', label: noun('customers'), run: () => void navigate({ to: '/customers' }) },
    ]
    if (!product) return keys
    const params = { product }
    return [
      ...keys,
      { keys: 'g v', label: noun('value'), run: () => void navigate({ to: '/p/$product/value', params }) },
      { keys: 'g c', label: 'Compare', run: () => void navigate({ to: '/p/$product/compare', params }) },
      { keys: 'g r', label: noun('releases'), run: () => void navigate({ to: '/p/$product/releases', params }) },
      { keys: 'g i', label: noun('incidents'), run: () => void navigate({ to: '/p/$product/incidents', params }) },
      { keys: 'g k', label: noun('knownErrors'), run: () => void navigate({ to: '/p/$product/known-errors', params }) },
      { keys: 'g a', label: noun('announcements'), run: () => void navigate({ to: '/p/$product/announcements', params }) },
      { keys: 'g t', label: noun('iterations'), run: () => void navigate({ to: '/p/$product/iterations', params }) },
    ]
  }, [product, vocabulary, navigate, open])
}
