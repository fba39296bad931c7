import { useEffect, useEffectEvent } from 'react'

export interface Key {
  /** One key, or two after one another (`g v`). */
  keys: string
  label: string
  run: () => void
}

const PATIENCE = 1200

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName))
}

export function useKeys(keys: Key[], onPalette: () => void) {
  const onKey = useEffectEvent((event: KeyboardEvent, first: string): string => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault()
      onPalette()
      return ''
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector('dialog[open]')) return ''
    const pressed = first ? `${first} ${event.key}` : event.key
    const found = keys.find((key) => key.keys === pressed)
    if (found) {
      event.preventDefault()
      found.run()
      return ''
    }
    return event.key === 'g' ? 'g' : ''
  })
  useEffect(() => {
    let first = ''
    let timer: ReturnType<typeof setTimeout> | undefined
    function listen(event: KeyboardEvent) {
      clearTimeout(timer)
      first = onKey(event, first)
      timer = setTimeout(() => { first = '' }, PATIENCE)
    }
    addEventListener('keydown', listen)
    return () => {
      clearTimeout(timer)
      removeEventListener('keydown', listen)
    }
  }, [])
}
