/** The only file that names the vendored modules. */

import htm from './vendor/htm.js'
import { h } from './vendor/preact.js'

export { createContext, hydrate, render } from './vendor/preact.js'
export { useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from './vendor/preact-hooks.js'

export const html = htm.bind(h)
