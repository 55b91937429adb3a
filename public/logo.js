import { html } from './preact.js'

/** The shell, as in `favicon.svg`; in the document, since a file of its own would be asked for at every visit. @param {{ size: number }} props */
export function Logo({ size }) {
  return html`
    <svg viewBox="0 0 32 32" width=${size} height=${size} aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#14595c" />
      <g fill="none" stroke="#f7f4ec" stroke-width="2.4" stroke-linecap="round">
        <path d="M7 20c0-7 5-12 11.5-12C23 8 26 11 26 15s-3 7-7 7c-3.3 0-5.5-2.2-5.5-4.8s1.9-4.2 4.2-4.2c1.9 0 3.3 1.3 3.3 3" />
        <path d="M7 20c.5 3 3 5 6.5 5H22" />
      </g>
    </svg>
  `
}
