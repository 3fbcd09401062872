// Which text colour stands on an accent, and how well it can be read (WCAG 2 contrast).

export type Rgb = [number, number, number]

export function rgbOf(hex: string): Rgb | null {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex)
  if (!match) return null
  const [, red = '', green = '', blue = ''] = match
  return [Number.parseInt(red, 16), Number.parseInt(green, 16), Number.parseInt(blue, 16)]
}

export function contrast(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05)
}

/** White or near-black, whichever can be read better on the accent. */
export function inkOn(accent: Rgb): { ink: string; ratio: number } {
  const white = contrast(accent, [255, 255, 255])
  const black = contrast(accent, [23, 26, 32])
  return white >= 4.5 || white >= black ? { ink: '#ffffff', ratio: white } : { ink: '#171a20', ratio: black }
}

function luminance(color: Rgb): number {
  const [red, green, blue] = color.map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0)
}
