/** The same skeleton as in index.html, while the page finds out who uses it. */
export function Waiting() {
  return (
    <div aria-hidden="true" className="skeleton-page">
      <div className="skeleton-list">
        <div className="skeleton-head">
          <i className="bar w-24" />
        </div>
        {['w-40', 'w-28', 'w-36'].map((width) => (
          <div className="skeleton-line" key={width}>
            <i className="blob" />
            <i className={`bar ${width}`} />
          </div>
        ))}
      </div>
      <div className="skeleton-room" />
      <div className="skeleton-card">
        <i className="bar w-24" />
        <i className="bar" />
        <i className="bar" />
      </div>
    </div>
  )
}
