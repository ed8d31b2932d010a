type Props = { wind: number }

export const Dial = ({ wind }: Props) => `${wind} m/s`

export function useDial(props: Props): string {
  return Dial(props)
}
