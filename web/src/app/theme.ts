import { useSyncExternalStore } from 'react'

export type Theme = 'system' | 'light' | 'dark'
const KEY = 'ballroom.theme'
const NEXT: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' }
const listeners = new Set<() => void>()

function theme(): Theme {
  const chosen = document.documentElement.dataset['theme']
  return chosen === 'light' || chosen === 'dark' ? chosen : 'system'
}

export function chooseTheme(next: Theme): void {
  const root = document.documentElement
  if (next === 'system') {
    delete root.dataset['theme']
    localStorage.removeItem(KEY)
  } else {
    root.dataset['theme'] = next
    localStorage.setItem(KEY, next)
  }
  listeners.forEach((listener) => listener())
}

export function cycleTheme(): void {
  chooseTheme(NEXT[theme()])
}

export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, theme)
}
