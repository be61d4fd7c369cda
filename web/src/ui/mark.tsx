/** The mark: the flag P, "all aboard", with the tail of a speech bubble. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg aria-hidden="true" className="flex-none" height={size} viewBox="0 0 32 32" width={size}>
      <path
        d="M7 3h18a4 4 0 0 1 4 4v14a4 4 0 0 1-4 4H14l-7 5v-5a4 4 0 0 1-4-4V7a4 4 0 0 1 4-4Z"
        fill="var(--flag-blue)"
      />
      <path d="M11 9h10v10H11z" fill="var(--flag-white)" />
    </svg>
  )
}
