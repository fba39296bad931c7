// Makes the fonts of the pages: the weights and letters that they use, of the files that the package has. The first view
// loads one of them, so its size counts.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import subsetFont from 'subset-font'

/** The weights that the styles use (`font-weight`). */
const WEIGHTS = { min: 400, max: 700 }

/** The letters of each file: the ranges in src/style/font.css. */
const FILES = {
  latin: [[0x20, 0x7e], [0xa0, 0xff], [0x131, 0x131], [0x152, 0x153], [0x2bb, 0x2bc], [0x2c6, 0x2c6], [0x2da, 0x2da], [0x2dc, 0x2dc], [0x2000, 0x206f], [0x20ac, 0x20ac], [0x2122, 0x2122], [0x2191, 0x2193], [0x2212, 0x2215]],
  'latin-ext': [[0x100, 0x2ff], [0x1d00, 0x1dbf], [0x1e00, 0x1eff], [0x20a0, 0x20c0], [0x2c60, 0x2c7f], [0xa720, 0xa7ff]],
}

mkdirSync('generated', { recursive: true })
for (const [name, ranges] of Object.entries(FILES)) {
  const letters = ranges.flatMap(([from, last]) => Array.from({ length: last - from + 1 }, (_, index) => String.fromCodePoint(from + index)))
  const whole = readFileSync(`node_modules/@fontsource-variable/inter/files/inter-${name}-wght-normal.woff2`)
  const part = await subsetFont(whole, letters.join(''), { targetFormat: 'woff2', variationAxes: { wght: WEIGHTS } })
  writeFileSync(`generated/inter-${name}.woff2`, part)
}
