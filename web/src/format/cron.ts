const DAYS: Record<string, string> = {
  MON: 'Mondays', TUE: 'Tuesdays', WED: 'Wednesdays', THU: 'Thursdays', FRI: 'Fridays', SAT: 'Saturdays', SUN: 'Sundays',
  1: 'Mondays', 2: 'Tuesdays', 3: 'Wednesdays', 4: 'Thursdays', 5: 'Fridays', 6: 'Saturdays', 0: 'Sundays', 7: 'Sundays',
}

/** What a cron expression of five fields says, where a few words can say it; else the expression. */
export function cronText(cron: string): string {
  const fields = cron.trim().split(/\s+/)
  const [minute = '', hour = '', day, month, weekday = ''] = fields
  if (fields.length !== 5 || !/^\d+$/.test(minute) || !/^\d+$/.test(hour) || month !== '*') return cron
  const time = `at ${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`
  if (day === '*' && weekday === '*') return `Every day ${time}`
  if (day === '*') {
    const name = DAYS[weekday.toUpperCase()]
    if (weekday.toUpperCase() === 'MON-FRI' || weekday === '1-5') return `On weekdays ${time}`
    return name ? `${name} ${time}` : cron
  }
  if (weekday === '*' && day && /^\d+$/.test(day)) return `On day ${day} of each month ${time}`
  return weekday === '*' && day === 'L' ? `On the last day of each month ${time}` : cron
}
