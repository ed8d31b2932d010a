export function holdsSecret(text: string): boolean {
  return /sk-\w{8,}|password is/i.test(text)
}
