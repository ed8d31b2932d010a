export function Dial({ wind }) {
  return <div className="dial">{wind} m/s</div>
}
