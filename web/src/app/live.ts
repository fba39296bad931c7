import { createContext, useContext, useEffect, useEffectEvent, useSyncExternalStore } from 'react'
import type { Connection, Live, LiveEvent, Topic } from '~/api/live'

export const LiveContext = createContext<Live | null>(null)
const SETTLE = 1500
const NONE: LiveEvent[] = []
const nothing = () => () => undefined

export function useConnection(): Connection {
  const live = useContext(LiveContext)
  return useSyncExternalStore(live?.subscribe ?? nothing, () => live?.connection ?? 'connecting')
}

export function useLiveEvents(): LiveEvent[] {
  const live = useContext(LiveContext)
  return useSyncExternalStore(live?.subscribe ?? nothing, () => live?.events ?? NONE)
}

/** Reads anew, soon after something of these topics happened; a burst is one reading. */
export function useLiveRefresh(topics: Topic[], refresh: () => void) {
  const live = useContext(LiveContext)
  const onTopic = useEffectEvent((event: LiveEvent) => topics.includes(event.kind))
  const onSettled = useEffectEvent(refresh)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = live?.onEvent((event) => {
      if (!onTopic(event)) return
      clearTimeout(timer)
      timer = setTimeout(onSettled, SETTLE)
    })
    return () => {
      clearTimeout(timer)
      stop?.()
    }
  }, [live])
}
