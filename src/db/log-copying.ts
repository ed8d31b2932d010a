/** Pages that wait in the log before they are copied, 16 MB: what is written often is copied once. */
const COPY_AT_PAGES = 4_000

/** So many more, and writers wait as well, until the copying that goes on has ended. */
const HOLD_AFTER_PAGES = 4_000

/** Pages past which a commit copies them itself, and holds the event loop for it. */
const TOO_MANY_PAGES = 16_000

const LOOK_EVERY_MS = 10

export type Log = {
  /** How many pages it has, and how many of them are in the file by now. */
  pages(): { log: number; checkpointed: number }
  /** Copies what readers allow, elsewhere, and says when it begins: a scan may have to end first. */
  copy(onBegin: () => void): Promise<void>
  /** Has a commit that leaves so many pages in the log copy what it can. */
  copyInCommitsFrom(pages: number): void
}

export type LogCopying = {
  /** While this is a promise, writers wait for it. */
  held(): Promise<void> | null
  /** To be called after writing; looks at the log now and then. */
  look(): void
  stop(): void
}

/**
 * Has the log copied to the file when it has grown, beside the event loop. It is written from its
 * beginning again once all of it is in the file, which under constant writing it never would be: so
 * what was written during the copying is copied while writers wait.
 */
export function keepLogShort(log: Log): LogCopying {
  let dueAt = COPY_AT_PAGES
  let lookedAt = 0
  let copying: Promise<void> | null = null
  let hasBegun = false
  let held: Promise<void> | null = null
  let isStopped = false

  const waiting = () => {
    const { log: all, checkpointed } = log.pages()
    return all - checkpointed
  }
  const waitingAtMost = () => {
    try {
      return waiting()
    } catch {
      // What was written is written, whether or not the log can be looked at.
      return 0
    }
  }
  const copyTwice = async () => {
    try {
      await log.copy(() => {
        hasBegun = true
      })
      if (!isStopped && waiting() > 0) {
        await log.copy(() => {
          held = copying
        })
      }
      if (isStopped) return
      // What readers of another process keep is no reason to try again, nor to hold a commit. Where
      // only those were quicker who do not wait, a commit has little left to copy.
      const left = waiting()
      dueAt = left + COPY_AT_PAGES
      const isKept = left >= COPY_AT_PAGES
      log.copyInCommitsFrom(isKept ? log.pages().log + TOO_MANY_PAGES : TOO_MANY_PAGES)
    } catch {
      if (!isStopped) log.copyInCommitsFrom(COPY_AT_PAGES)
    } finally {
      held = null
      copying = null
      hasBegun = false
    }
  }

  log.copyInCommitsFrom(TOO_MANY_PAGES)
  return {
    held: () => held,
    look() {
      const now = performance.now()
      if (held || isStopped || now - lookedAt < LOOK_EVERY_MS) return
      lookedAt = now
      const pages = waitingAtMost()
      // What a reader had kept, another process may have copied in the meantime.
      dueAt = Math.min(dueAt, pages + COPY_AT_PAGES)
      const isTooLong = pages >= dueAt + HOLD_AFTER_PAGES
      if (copying && hasBegun && isTooLong) held = copying
      else if (!copying && pages >= dueAt) copying = copyTwice()
    },
    stop() {
      isStopped = true
    },
  }
}
