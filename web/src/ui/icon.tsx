/** Line icons on a grid of 16, drawn for this dashboard. */
const PATHS = {
  value: 'M2 13.5h12M4 11V8M8 11V3M12 11V6',
  release: 'M8 1.8 14 5v6l-6 3.2L2 11V5zM2 5l6 3.2L14 5M8 8.2v6',
  incident: 'M8 2 14.6 13.5H1.4zM8 6.4v3.2M8 11.6v.1',
  known: 'M5.2 5.4a2.8 2.8 0 0 1 5.6 0M4.4 5.4h7.2v4.4a3.6 3.6 0 0 1-7.2 0zM8 5.6v7.8M4.4 8.4H1.8M14.2 8.4h-2.6M4.6 6 2.8 4.2M11.4 6l1.8-1.8M4.8 11.4 3 13.2M11.2 11.4l1.8 1.8',
  report: 'M3.4 1.8h6L12.6 5v9.2H3.4zM9.2 2v3.2h3.2M5.6 11.8V9.6M8 11.8V7.6M10.4 11.8v-1.4',
  customer: 'M8 7.6a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6zM2.6 14c.4-2.8 2.6-4.4 5.4-4.4s5 1.6 5.4 4.4',
  iteration: 'M13.6 6.4A6 6 0 0 0 2.6 5M2.4 9.6a6 6 0 0 0 11 1.4M2.4 2.2V5h2.8M13.6 13.8V11h-2.8',
  overview: 'M2.2 2.2h4.6v4.6H2.2zM9.2 2.2h4.6v4.6H9.2zM2.2 9.2h4.6v4.6H2.2zM9.2 9.2h4.6v4.6H9.2z',
  compare: 'M5 2v12M11 2v12M2 5h3M11 8h3M2 9h3M11 12h3',
  live: 'M8 9.4a1.4 1.4 0 1 0 0-2.8 1.4 1.4 0 0 0 0 2.8zM4.6 11.4a4.8 4.8 0 0 1 0-6.8M11.4 4.6a4.8 4.8 0 0 1 0 6.8M2.4 13.6a7.9 7.9 0 0 1 0-11.2M13.6 2.4a7.9 7.9 0 0 1 0 11.2',
  settings: 'M2 4.5h7M12.5 4.5H14M2 11.5h1.5M7 11.5h7M10.8 6.2a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4zM5.2 13.2a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4z',
  code: 'M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5',
  search: 'M7 12a5 5 0 1 0 0-10 5 5 0 0 0 0 10zM10.8 10.8 14 14',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  check: 'M2.8 8.6 6.2 12l7-7.6',
  down: 'M4 6.2 8 10l4-3.8',
  right: 'M6.2 4 10 8l-3.8 4',
  left: 'M9.8 4 6 8l3.8 4',
  download: 'M8 2v8M4.6 7 8 10.4 11.4 7M2.4 13.4h11.2',
  copy: 'M5.6 5.6h8v8h-8zM10.4 5.6V2.4h-8v8h3.2',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1.2v1.4M8 13.4v1.4M1.2 8h1.4M13.4 8h1.4M3.2 3.2l1 1M11.8 11.8l1 1M3.2 12.8l1-1M11.8 4.2l1-1',
  moon: 'M13.6 9.6A6 6 0 0 1 6.4 2.4a6 6 0 1 0 7.2 7.2z',
  auto: 'M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12',
  menu: 'M2 4.5h12M2 8h12M2 11.5h12',
  plus: 'M8 3v10M3 8h10',
  up: 'M8 13V3M4 7l4-4 4 4',
  fall: 'M8 3v10M4 9l4 4 4-4',
  eye: 'M1.4 8S3.6 3.6 8 3.6 14.6 8 14.6 8 12.4 12.4 8 12.4 1.4 8 1.4 8zM8 9.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6z',
  history: 'M2.6 5.4A6 6 0 1 1 2 8M2.4 2.4v3h3M8 4.8V8l2.4 1.4',
  question: 'M6 6.2a2 2 0 1 1 2.6 1.9c-.5.2-.6.5-.6 1.1M8 11.6v.1M8 14.4A6.4 6.4 0 1 0 8 1.6a6.4 6.4 0 0 0 0 12.8z',
  minus: 'M3.5 8h9',
  quote: 'M2.4 3h11.2v8H7l-3 2.6V11H2.4z',
  table: 'M2 3h12v10H2zM2 6.4h12M6.4 6.4V13',
  out: 'M9.6 2.6H13.4V13.4H9.6M6.6 5.2 3.4 8l3.2 2.8M3.6 8h6.4',
  keys: 'M1.6 4h12.8v8H1.6zM4 6.4h.1M6.6 6.4h.1M9.2 6.4h.1M11.8 6.4h.1M4.6 9.6h6.8',
  inbox: 'M2 9.2 4.2 3h7.6L14 9.2V13H2zM2 9.2h3.4l1 1.8h3.2l1-1.8H14',
  announcement: 'M2.4 6.4v3.2h2.2L11 12.8V3.2L4.6 6.4zM5 9.8l.8 3.8h1.8M13.2 6.6v2.8',
  calendar: 'M2.4 3.6h11.2v10H2.4zM2.4 6.8h11.2M5.4 1.8v3M10.6 1.8v3',
  warning: 'M8 2 14.6 13.5H1.4zM8 6.4v3.2M8 11.6v.1',
  lock: 'M3.4 7.2h9.2v6.4H3.4zM5.2 7.2V5a2.8 2.8 0 0 1 5.6 0v2.2',
  wrench: 'M13.6 4.6 11.2 7 9 4.8l2.4-2.4a3.6 3.6 0 0 0-4.6 4.6l-4.2 4.2a1.5 1.5 0 0 0 2.2 2.2L9 9.2a3.6 3.6 0 0 0 4.6-4.6z',
  upload: 'M8 10.4V2M4.6 5.4 8 2l3.4 3.4M2.4 13.4h11.2',
  team: 'M5.6 7.4a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8zM1.4 13.2c.2-2.3 1.9-3.8 4.2-3.8s4 1.5 4.2 3.8M10.8 7.2a2.2 2.2 0 1 0-.6-4.3M11.6 9.5c1.7.2 2.9 1.6 3 3.7',
} as const

export type IconName = keyof typeof PATHS

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.5"
      strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  )
}
