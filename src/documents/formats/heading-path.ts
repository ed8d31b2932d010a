/** The open headings while a document is read from top to bottom. */
export type HeadingPath = {
  /** Opens a heading, closing those of its level and below; returns the path with it. */
  enter(level: number, title: string): string[]
  current(): string[]
}

const titleChars = 200

/** Starts without any heading. */
export function headingPath(): HeadingPath {
  const open: { level: number; title: string }[] = []
  let path: string[] = []
  return {
    enter(level, title) {
      while ((open.at(-1)?.level ?? -1) >= level) open.pop()
      open.push({
        level,
        title: title.length > titleChars ? `${title.slice(0, titleChars)}…` : title,
      })
      path = open.map((heading) => heading.title)
      return path
    },
    current: () => path,
  }
}

/** A position under `headings`, which an untitled part of a document does not have. */
export function under(headings: string[]): { headings?: string[] } {
  return headings.length > 0 ? { headings } : {}
}
