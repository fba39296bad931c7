import { useEffect, useRef, useState, type ReactNode } from 'react'

/** So far below the window something is made ready. */
const AHEAD = '300px'

/** What is costly and below the first view is asked when a reader comes near it. */
export function WhenSeen({ children }: { children: ReactNode }) {
  const ref = useRef<HTMLDivElement>(null)
  const [seen, setSeen] = useState(false)
  useEffect(() => {
    const element = ref.current
    if (!element) return
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true)
    }, { rootMargin: AHEAD })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return seen ? children : <div ref={ref} style={{ minHeight: 1 }} />
}
