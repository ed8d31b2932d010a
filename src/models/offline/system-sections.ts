/** A recalled memory; `day` is the ISO date behind it, when the line holds one. */
export type Memory = { text: string; day: string | null }

/** A piece of a document and the name of its file. */
export type Passage = { file: string; text: string }

/** `instructions` is what remains; a list is null when the prompt has no such section at all. */
export type SystemSections = {
  instructions: string
  memories: Memory[] | null
  passages: Passage[] | null
}

/**
 * Reads the sections which the server adds to a system prompt. The format, for whoever writes it:
 *
 *     ## Memories
 *     - User's name is Sarah (2026-11-01)
 *     - User works at Google
 *
 *     ## Passages
 *     [handbook.pdf] Employees have 25 days of leave.
 *     A passage goes on until the next line that begins with a file name in brackets.
 *
 * A heading is a line that begins with `#` or ends with `:`, of at most 120 characters; one with
 * the word "memories" or "passages" begins a section, which lasts until the next such heading or
 * the end of the prompt. A memory is one line behind `-` or `*`; its section ends early at a line
 * that is neither a memory nor blank. Inside a passage, a line that would read as a heading of a
 * section or as a file name in brackets must be indented.
 */
export function readSystem(system: string): SystemSections {
  const instructions: string[] = []
  const sections: SystemSections = { instructions: '', memories: null, passages: null }
  let section = ''
  for (const line of system.split(/\r?\n/)) {
    const opened = sectionOf(line)
    if (opened) sections[opened] ??= []
    if (section === 'memories' && !/^\s*([-*]\s.*)?$/.test(line)) section = ''
    if (opened) section = opened
    else if (section === 'memories') addMemory(sections.memories ?? [], line)
    else if (section === 'passages') addPassage(sections.passages ?? [], line)
    else instructions.push(line)
  }
  return { ...sections, instructions: instructions.join('\n').trim() }
}

function sectionOf(line: string) {
  if (line.length > 120 || !/^#|^[^\s[*-].*:\s*$/.test(line)) return null
  const name = /\b(memories|passages)\b/i.exec(line)?.[1]?.toLowerCase()
  return name === 'memories' || name === 'passages' ? name : null
}

function addMemory(memories: Memory[], line: string) {
  const [, text, day] = /^\s*[-*]\s+(.*?)\s*(?:\((\d{4}-\d\d-\d\d)[^)]*\))?\s*$/.exec(line) ?? []
  if (text) memories.push({ text, day: day ?? null })
}

function addPassage(passages: Passage[], line: string) {
  const [, file, text = ''] = /^\[([^\]\n]{1,300})\]\s*(.*)$/.exec(line) ?? []
  const last = passages.at(-1)
  if (file !== undefined) passages.push({ file, text })
  else if (last) last.text = `${last.text}\n${line.trim()}`.trim()
}
