//! The widget's accent, made readable: on itself, on white paper and on black paper.

export type Colour = [red: number, green: number, blue: number]

const WHITE: Colour = [255, 255, 255]
const BLACK: Colour = [0, 0, 0]
/** The papers of the style sheet, light and dark. */
const PAPERS = { light: WHITE, dark: [20, 23, 31] as Colour }

/** Small text is readable from here on (WCAG 1.4.3, AA). */
const TEXT = 4.5
/** On a tinted ground as well, which is closer to it than the paper. */
const ON_TINT = 6.2
/** A shape is told from its ground from here on. */
const SHAPE = 1.8

/** Custom properties for an accent such as `#3457d5`; none for what is not a colour. */
export function palette(accent: string): Record<string, string> {
  const colour = read(accent)
  if (!colour) return {}
  const made: Record<string, string> = {}
  for (const [mode, paper] of Object.entries(PAPERS)) {
    const away = paper === WHITE ? BLACK : WHITE
    const fill = until(SHAPE, colour, paper, away)
    made[`--fill-${mode}`] = write(fill)
    made[`--on-fill-${mode}`] = write(contrast(fill, WHITE) >= TEXT ? WHITE : BLACK)
    made[`--accent-${mode}`] = write(until(ON_TINT, colour, paper, away))
  }
  return made
}

/** How far two colours are apart, 1 to 21. */
export function contrast(one: Colour, other: Colour): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

export function read(text: string): Colour | null {
  const found = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(text)
  return found && (found.slice(1).map((part) => Number.parseInt(part, 16)) as Colour)
}

/** Moves a colour away from its ground, as little as it takes. */
function until(enough: number, colour: Colour, ground: Colour, away: Colour): Colour {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = colour.map((part, at) => Math.round(part + (away[at]! - part) * share)) as Colour
    if (contrast(mixed, ground) >= enough) return mixed
  }
  return away
}

function luminance(colour: Colour): number {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as Colour
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

const write = (colour: Colour) => `#${colour.map((part) => part.toString(16).padStart(2, '0')).join('')}`
