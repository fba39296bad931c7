/** Parts rounded so that they add up to their rounded total: what is left over goes to the largest remainders. */
export function partsThatAddUp(parts: number[], total: number, digits = 1): number[] {
  const unit = 10 ** digits
  const floors = parts.map((part) => Math.floor(part * unit + 1e-9))
  let missing = Math.round(total * unit) - floors.reduce((sum, part) => sum + part, 0)
  const byRemainder = parts.map((part, index) => ({ index, remainder: part * unit - (floors[index] ?? 0) })).sort((a, b) => b.remainder - a.remainder)
  for (const { index } of byRemainder) {
    if (missing <= 0) break
    floors[index] = (floors[index] ?? 0) + 1
    missing -= 1
  }
  return floors.map((part) => part / unit)
}
