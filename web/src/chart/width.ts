import { useLayoutEffect, useRef, useState, type RefObject } from 'react'

/** The width that an element has on the page, so that charts are drawn in its pixels. */
export function useWidth<Element extends HTMLElement>(first = 640): [RefObject<Element | null>, number] {
  const ref = useRef<Element>(null)
  const [width, setWidth] = useState(first)
  useLayoutEffect(() => {
    const element = ref.current
    if (!element) return
    const measure = () => { if (element.clientWidth > 0) setWidth(element.clientWidth) }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [ref, width]
}
