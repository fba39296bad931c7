import { Link, type LinkProps } from '@tanstack/react-router'
import { useId, type ButtonHTMLAttributes, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes } from 'react'
import { Icon, type IconName } from './icon'
import css from './parts.module.css'

export const classes = (...names: (string | false | null | undefined)[]) => names.filter(Boolean).join(' ')

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: 'plain' | 'primary' | 'ghost' | 'danger'
  small?: boolean
  icon?: IconName
}

export function Button({ kind = 'plain', small, icon, children, className, ...rest }: ButtonProps) {
  const look = classes(css.button, kind !== 'plain' && css[kind], small && css.small, !children && css.icon, className)
  return (
    <button type="button" className={look} {...rest}>
      {icon && <Icon name={icon} size={small ? 14 : 16} />}
      {children}
    </button>
  )
}

interface CardProps {
  title?: ReactNode
  note?: ReactNode
  actions?: ReactNode
  /** The body reaches the card's edges, for tables. */
  flush?: boolean
  children?: ReactNode
}

export function Card({ title, note, actions, flush, children }: CardProps) {
  const id = useId()
  return (
    <section className={classes(css.card, flush && css.flush)} aria-labelledby={title ? id : undefined}>
      {(title || actions) && (
        <header className={css.cardHead}>
          <div>
            {title && <h2 id={id}>{title}</h2>}
            {note && <p>{note}</p>}
          </div>
          {actions && <div className={css.cardActions}>{actions}</div>}
        </header>
      )}
      {children ? <div className={css.cardBody}>{children}</div> : <div className={css.cardFoot} />}
    </section>
  )
}

interface Choice<Value extends string> {
  value: Value
  label: string
}

interface SelectProps<Value extends string> extends Omit<SelectHTMLAttributes<HTMLSelectElement>, 'onChange' | 'value'> {
  label: string
  value: Value
  choices: Choice<Value>[]
  onChange: (value: Value) => void
  /** The label is read out but not shown; the choice says enough. */
  quiet?: boolean
  /** Marks a filter that narrows what is shown. */
  active?: boolean
}

export function Select<Value extends string>({ label, value, choices, onChange, quiet, active, ...rest }: SelectProps<Value>) {
  return (
    <label className={css.field}>
      <span className={quiet ? 'visually-hidden' : undefined}>{label}</span>
      <select className={classes(css.input, active && css.active)} value={value} {...rest}
        onChange={(event) => onChange(event.target.value as Value)}>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>{choice.label}</option>
        ))}
      </select>
    </label>
  )
}

export function Segmented<Value extends string>({ label, value, choices, onChange }: {
  label: string
  value: Value
  choices: Choice<Value>[]
  onChange: (value: Value) => void
}) {
  return (
    <div className={css.segmented} role="group" aria-label={label}>
      {choices.map((choice) => (
        <button key={choice.value} type="button" aria-pressed={choice.value === value} onClick={() => onChange(choice.value)}>
          {choice.label}
        </button>
      ))}
    </div>
  )
}

export function Input({ active, className, ...rest }: InputHTMLAttributes<HTMLInputElement> & { active?: boolean }) {
  return <input className={classes(css.input, active && css.active, className)} {...rest} />
}

export function Labeled({ label, hint, children }: { label: string; hint?: string; children: ReactNode }) {
  return (
    <label className={classes(css.field, css.stacked)}>
      <span>{label}</span>
      {children}
      {hint && <span className={css.hint}>{hint}</span>}
    </label>
  )
}

export function Stats({ children }: { children: ReactNode }) {
  return <dl className={css.stats}>{children}</dl>
}

export function Stat({ label, value, unit, note }: { label: ReactNode; value: ReactNode; unit?: ReactNode; note?: ReactNode }) {
  return (
    <div className={css.stat}>
      <dt>{label}</dt>
      <dd>{value}{unit && <small>{unit}</small>}</dd>
      {note && <dd className={css.note}>{note}</dd>}
    </div>
  )
}

export function Toolbar({ children, label }: { children: ReactNode; label?: string }) {
  return <div className={css.toolbar} role={label ? 'group' : undefined} aria-label={label}>{children}</div>
}

export const Spacer = () => <span className={css.spacer} />
export const Tag = ({ children }: { children: ReactNode }) => <span className={css.tag}>{children}</span>
export const Stack = ({ children }: { children: ReactNode }) => <div className={css.stack}>{children}</div>
export const Halves = ({ children }: { children: ReactNode }) => <div className={css.halves}>{children}</div>

export function PageHead({ title, lead, crumb, actions }: {
  title: ReactNode
  lead?: ReactNode
  crumb?: { label: string; link: LinkProps }
  actions?: ReactNode
}) {
  return (
    <header className={css.pageHead}>
      <div>
        {crumb && <Link {...crumb.link} className={css.crumb}><Icon name="left" size={12} />{crumb.label}</Link>}
        <h1>{title}</h1>
        {lead && <p className={css.lead}>{lead}</p>}
      </div>
      {actions && <div className={css.toolbar}>{actions}</div>}
    </header>
  )
}

export function ButtonLink({ link, icon, children, small }: { link: LinkProps; icon?: IconName; children: ReactNode; small?: boolean }) {
  return (
    <Link {...link} className={classes(css.button, small && css.small)}>
      {icon && <Icon name={icon} size={14} />}
      {children}
    </Link>
  )
}
