/**
 * Light stemming of Arabic: the article with its conjunctions and prepositions, then the common
 * endings. After L. Larkey, L. Ballesteros and M. Connell, "Light stemming for Arabic information
 * retrieval" (2007), the variant called light10, on folded letters.
 */
export function stemArabic(word: string): string {
  const bare = word.startsWith('و') && word.length > 3 ? word.slice(1) : word
  const base = withoutArticle(bare)
  return withoutEndings(base)
}

function withoutArticle(word: string) {
  for (const prefix of ['ال', 'وال', 'بال', 'كال', 'فال', 'لل']) {
    if (word.startsWith(prefix) && word.length - prefix.length >= 2)
      return word.slice(prefix.length)
  }
  return word
}

function withoutEndings(word: string) {
  let rest = word
  for (const ending of ['ها', 'ان', 'ات', 'ون', 'ين', 'يه', 'ه', 'ي']) {
    if (rest.endsWith(ending) && rest.length - ending.length >= 2) {
      rest = rest.slice(0, -ending.length)
    }
  }
  return rest
}
