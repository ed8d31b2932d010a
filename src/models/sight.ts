/** Families that take images, by the start of a name or a telling part of it; from public documentation. */
const seeing: Record<string, RegExp> = {
  openai:
    /^(chatgpt-4o|gpt-4o|gpt-4\.[15]|gpt-4-turbo|gpt-4-vision|gpt-5|o1(?!-mini|-preview)|o3(?!-mini)|o4)/,
  anthropic: /^claude-(3|\w+-[4-9])/,
  google: /gemini/,
}

/** What models of any server that see are usually called. */
const anywhere =
  /vision|llava|pixtral|moondream|minicpm-v|internvl|gemini|gemma-?3|llama-?4|claude-(3|\w+-[4-9])|gpt-(4o|4\.1|5)|(^|[-_/.\d])vl\b/

const onlyHears = /audio|realtime|transcribe|tts|embed/

/**
 * Whether a model takes images, by its name alone: for those the catalogue does not know. An unknown
 * name is taken not to: such a model would refuse the whole message.
 */
export function canSee(provider: string, model: string): boolean {
  const name = model.toLowerCase()
  if (onlyHears.test(name)) return false
  return (seeing[provider]?.test(name) ?? false) || anywhere.test(name)
}
