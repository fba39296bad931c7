import { Link, type LinkProps } from '@tanstack/react-router'
import { capital, useWords, VOCABULARIES, type Vocabulary, type Word } from '~/format/vocabulary'
import { Icon, type IconName } from '~/ui/icon'
import { Button, classes, Select } from '~/ui/parts'
import { signOut } from '~/api/auth'
import { useConnection, useLiveEvents, useUnread } from './live'
import { Logo } from './logo'
import { useRights, useSession } from './session'
import css from './shell.module.css'
import { cycleTheme, useTheme, type Theme } from './theme'

const THEME_ICON: Record<Theme, IconName> = { system: 'auto', light: 'sun', dark: 'moon' }
const STATE = { connecting: 'Connecting…', connected: 'Live', lost: 'Reconnecting…' } as const

function Item({ link, icon, label, count, counted = 'new events' }: { link: LinkProps; icon: IconName; label: string; count?: number; counted?: string }) {
  return (
    <li>
      <Link {...link} className={css.link} activeOptions={{ includeSearch: false }}>
        <Icon name={icon} />
        {label}
        {count ? <span className={css.count}>{count > 99 ? '99+' : count}<span className="visually-hidden"> {counted}</span></span> : null}
      </Link>
    </li>
  )
}

export function Brand() {
  const { organization } = useSession()
  return (
    <Link to="/" className={css.brand}>
      <Logo />
      <span>Ballroom<small>{organization.name}</small></span>
    </Link>
  )
}

interface NavigationProps {
  product: string | null
  onProduct: (key: string) => void
  vocabulary: Vocabulary
  onVocabulary: (vocabulary: Vocabulary) => void
  onFind: () => void
  onKeys: () => void
  onQuery: () => void
}

export function Navigation({ product, onProduct, vocabulary, onVocabulary, onFind, onKeys, onQuery }: NavigationProps) {
  const { products, viewer } = useSession()
  const rights = useRights()
  const words = useWords()
  const theme = useTheme()
  const connection = useConnection()
  const events = useLiveEvents()
  const unread = useUnread()
  const noun = (word: Word) => capital(words(word))
  return (
    <nav className={css.side} aria-label="Main">
      <Brand />
      <div className={css.product}>
        {products.length > 0 && (
          <Select label={noun('product')} quiet value={product ?? ''} onChange={onProduct}
            choices={products.map(({ key, name }) => ({ value: key, label: name }))} />
        )}
      </div>
      <button type="button" className={css.find} onClick={onFind}>
        <Icon name="search" size={14} />Find<kbd>Ctrl K</kbd>
      </button>
      {product && (
        <ul className={css.nav}>
          <Item link={{ to: '/p/$product/value', params: { product } }} icon="value" label={noun('value')} />
          <Item link={{ to: '/p/$product/compare', params: { product } }} icon="compare" label="Compare" />
          <Item link={{ to: '/p/$product/releases', params: { product } }} icon="release" label={noun('releases')} />
          {rights.seesCustomers && <Item link={{ to: '/p/$product/incidents', params: { product } }} icon="incident" label={noun('incidents')} />}
          <Item link={{ to: '/p/$product/known-errors', params: { product } }} icon="known" label={noun('knownErrors')} />
          <Item link={{ to: '/p/$product/iterations', params: { product } }} icon="iteration" label={noun('iterations')} />
          <Item link={{ to: '/p/$product/announcements', params: { product } }} icon="announcement" label={noun('announcements')} />
        </ul>
      )}
      <ul className={css.nav}>
        <Item link={{ to: '/inbox' }} icon="inbox" label="Inbox" count={unread} counted="unread notifications" />
        <Item link={{ to: '/calendar' }} icon="calendar" label="Calendar" />
        <Item link={{ to: '/overview' }} icon="overview" label="Overview" />
        <Item link={{ to: '/reports' }} icon="report" label="Reports" />
        {rights.seesCustomers && <Item link={{ to: '/customers' }} icon="customer" label={noun('customers')} />}
        <Item link={{ to: '/live' }} icon="live" label="Live" count={events.length} />
      </ul>
      <ul className={css.nav}>
        {rights.manages && <Item link={{ to: '/settings' }} icon="settings" label="Settings" />}
        <Item link={{ to: '/graphiql' }} icon="code" label="GraphiQL" />
      </ul>
      <div className={css.foot}>
        <p className={classes(css.connection, css[connection])} role="status"><span className={css.dot} />{STATE[connection]}</p>
        <div className={css.vocabulary}>
          <Select label="Vocabulary" value={vocabulary} choices={VOCABULARIES} onChange={onVocabulary} />
        </div>
        <div className={css.tools}>
          <Button kind="ghost" small icon={THEME_ICON[theme]} aria-label={`Theme: ${theme}. Change`} title={`Theme: ${theme}`} onClick={cycleTheme} />
          <Button kind="ghost" small icon="keys" aria-label="Keyboard shortcuts" title="Keyboard shortcuts (?)" onClick={onKeys} />
          <Button kind="ghost" small icon="code" onClick={onQuery}>Show the query</Button>
        </div>
        <div className={css.reader}>
          <span>{viewer.member?.name ?? viewer.name}<small>{viewer.role?.toLowerCase()}</small></span>
          <Button kind="ghost" small icon="out" aria-label="Sign out" title="Sign out" onClick={() => void signOut()} />
        </div>
      </div>
    </nav>
  )
}
