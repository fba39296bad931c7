export function Logo({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#4b3fbf" />
      <g fill="#fff">
        <circle cx="11" cy="20.5" r="4" />
        <circle cx="21" cy="11.5" r="4" opacity=".72" />
        <path d="M13.6 17.6 18.3 13.9" stroke="#fff" strokeWidth="2" strokeLinecap="round" />
      </g>
    </svg>
  )
}
