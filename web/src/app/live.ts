import { createContext, useContext, useEffect, useEffectEvent, useSyncExternalStore } from 'react'
import { useQuery } from 'urql'
import type { Connection, Live, LiveEvent, Topic } from '~/api/live'
import { useSession } from './session'
import { UnreadQuery } from './session.query'

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

const OF_NOTIFICATIONS = { additionalTypenames: ['Notification'] }

/** How many notifications the reader has not read. Nothing waits for it, so it is asked once events arrive. */
export function useUnread(): number {
  const { viewer } = useSession()
  const connection = useConnection()
  const [{ data }, execute] = useQuery({ query: UnreadQuery, context: OF_NOTIFICATIONS, pause: !viewer.member || connection === 'connecting' })
  useLiveRefresh(['notification'], () => execute({ requestPolicy: 'network-only' }))
  return data?.viewer?.unreadNotifications ?? 0
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
