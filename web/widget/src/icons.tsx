//! The few signs of the frame: decoration, each beside a label.

const SHAPES = {
  back: 'm14.5 6-6 6 6 6',
  close: 'm7 7 10 10M17 7 7 17',
  send: 'M12 19V5m-6 6 6-6 6 6',
  down: 'M12 5v14m-6-6 6 6 6-6',
  plus: 'M12 5v14M5 12h14',
  copy: 'M9 9V6a2 2 0 0 1 2-2h7a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-3M6 9h7a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2Z',
  done: 'm5 12.5 4.5 4.5L19 7.5',
  chat: 'M5 5h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-6l-5 4v-4H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2Z',
  shield: 'M12 3 5 5.8v5.7c0 4.3 2.9 7.6 7 9.5 4.1-1.9 7-5.2 7-9.5V5.8ZM12 8.5v4m0 3v.1',
  verified: 'M12 3 5 5.8v5.7c0 4.3 2.9 7.6 7 9.5 4.1-1.9 7-5.2 7-9.5V5.8Zm-3.2 8.8 2.3 2.3 4.2-4.3',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7 8c.7-3.4 3.5-5 7-5s6.3 1.6 7 5',
  lock: 'M8 11V8a4 4 0 0 1 8 0v3M6.5 11h11A1.5 1.5 0 0 1 19 12.5v6a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 5 18.5v-6A1.5 1.5 0 0 1 6.5 11Z',
  settings: 'M4 7h9m4 0h3M4 17h3m4 0h9M15 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM9 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z',
  bell: 'M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15ZM10 20.5a2.2 2.2 0 0 0 4 0',
  archive: 'M4 5h16v4H4ZM5.5 9v8.5A1.5 1.5 0 0 0 7 19h10a1.5 1.5 0 0 0 1.5-1.5V9M10 12.5h4',
  seen: 'm3 12.5 4.5 4.5 9-9.5M12 16.5l.5.5 9-9.5',
  cloud: 'M7.5 18.5a4.3 4.3 0 0 1-.5-8.6 5.5 5.5 0 0 1 10.5 1.2 3.8 3.8 0 0 1-.5 7.4ZM4 4l16 16',
} as const

export type Sign = keyof typeof SHAPES

export function Icon({ of, size = 20 }: { of: Sign; size?: number }) {
  return (
    <svg class={`sign sign-${of}`} viewBox="0 0 24 24" width={size} height={size} aria-hidden="true">
      <path d={SHAPES[of]} />
    </svg>
  )
}
