/** How a language opens a definition; the first group of a rule is its name. */
export type Rules = readonly RegExp[]

const python = [/^\s*(?:async\s+)?(?:def|class)\s+(\w+)/]
const ruby = [/^\s*(?:def|class|module)\s+([\w.:?!=]+)/]
const script = [
  /^\s*(?:(?:export|default|declare|abstract|async)\s+)*(?:function\s*\*?|class|interface|enum|namespace|type)\s+([\w$]+)/,
  /^(?:export\s+)?(?:const|let|var)\s+([\w$]+)/,
  /^\s+(?:(?:public|private|protected|static|async|get|set|override)\s+)*[*#]?([\w$]+)\s*\([^;]*\{\s*$/,
]
const go = [/^(?:func|type)\s+(?:\([^)]*\)\s*)?(\w+)/]
const rust = [
  /^\s*(?:(?:pub(?:\([^)]*\))?|async|unsafe|const|extern(?:\s+"C")?)\s+)*(?:fn|struct|enum|trait|mod|union|type|macro_rules!)\s+(\w+)/,
  /^\s*(?:unsafe\s+)?impl\b(?:<[^>]*>)?\s*([^{]+?)\s*(?:\{|where|$)/,
]
const php = [
  /^\s*(?:(?:public|private|protected|static|final|abstract|readonly)\s+)*(?:function\s+&?|class\s+|interface\s+|trait\s+|enum\s+|namespace\s+)([\w\\]+)/,
]
/** C, C++ and Java: a named body, or a type, a name and a parenthesis with no statement's end. */
const typed = [
  /^\s*(?:[\w@]+\s+)*(?:class|interface|enum|struct|union|record|namespace)\s+(\w+)[^;()]*$/,
  /^\s*(?:[\w:<>,*&[\].@]+\s+)+[*&]*([~\w:]+)\s*\([^;]*$/,
]
const css = [/^([^\s{}/*][^{};]*?)\s*\{/]
const sql = [
  /^(?:create|alter)\s+(?:or\s+replace\s+)?(?:\w+\s+){0,3}?(?:table|view|function|procedure|index|trigger|type|schema)\s+(?:if\s+not\s+exists\s+)?([\w."`[\]]+)/i,
  /^(?:insert\s+into|update|delete\s+from|drop\s+\w+(?:\s+if\s+exists)?|merge\s+into)\s+([\w."`[\]]+)/i,
  /^(select|with)\b/i,
]

export const rulesOf: Record<string, Rules> = {
  ...{ py: python, rb: ruby, go, rs: rust, php, css, sql },
  ...{ js: script, ts: script, jsx: script, tsx: script },
  ...{ c: typed, h: typed, cpp: typed, java: typed },
}

/** What reads like a definition of a name and is a statement. */
export const statements = new Set(
  ['if', 'for', 'while', 'switch', 'catch', 'return', 'else', 'function', 'new', 'throw'].concat([
    'elseif',
    'do',
    'case',
    'await',
    'yield',
    'delete',
    'sizeof',
    'typeof',
    'using',
  ]),
)

/** Definitions whose members are definitions too. */
export const container =
  /^\s*(?:[\w()]+\s+)*(?:class|interface|namespace|module|trait|impl|mod|struct|enum|record)\b/

/** Comments, decorators and lists of selectors, which belong to the definition under them. */
export const attached = /^\s*(?:#|\/\/|\/\*|\*|@|--|\[\w)|^\S.*,$/
