/** `INCIDENT_OPENED` as people say it. */
export function eventName(event: string): string {
  const text = event.toLowerCase().replaceAll('_', ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}
